// Runs inside the OpenClaw gateway: starts the watcher when the gateway has started. Never throws, and never waits.
// Only types that Node can strip, and nothing but Node: `live-status hook install` ships it as JavaScript.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** What OpenClaw hands over, as far as it is used here. */
interface GatewayEvent {
  readonly type?: string;
  readonly action?: string;
  readonly context?: { readonly cfg?: { readonly hooks?: { readonly internal?: { readonly entries?: Readonly<Record<string, Entry>> } } } };
}

interface Entry {
  readonly env?: NodeJS.ProcessEnv;
}

/** What `live-status hook install` wrote beside this file. */
interface Place {
  readonly program?: string;
  readonly node?: string;
}

const NAME = 'status-watcher-hook';
const NODE_NEEDED = { major: 22, minor: 22 };
const MEMORY_FLAGS = ['--max-semi-space-size=8', '--max-old-space-size=256']; // half the memory at no measurable cost
const MAX_OUTPUT_CHARS = 4_000;
const GIVE_UP_MS = 60_000; // `live-status start` takes a second; on a machine that is booting a few more

// oxlint-disable-next-line import/no-default-export -- OpenClaw calls the default export for each event that HOOK.md names
export default async function startWatcher(event?: GatewayEvent): Promise<void> {
  try {
    if (event?.type !== 'gateway' || event.action !== 'startup') return;
    const { program, node } = readPlace();
    runStart(nodeFor(node), program, environment(event));
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
}

/** Throws with the cure when the program is gone. */
function readPlace(): Place & { program: string } {
  const file = new URL('./place.json', import.meta.url);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by the installer, and each member is looked at before it is used
  const place = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Place) : {};
  const { program } = place;
  if (program !== undefined && existsSync(program)) return { ...place, program };
  throw new Error(`not started: the program is not at ${program ?? 'a known place'} any more; run live-status hook install again.`);
}

/** The gateway's own Node when it is new enough, else the one that installed the hook. Throws with the cure. */
function nodeFor(installed: string | undefined): string {
  if (process.versions['bun'] === undefined && isEnough(process.versions.node)) return process.execPath;
  if (installed !== undefined && existsSync(installed)) return installed;
  const needed = `${NODE_NEEDED.major}.${NODE_NEEDED.minor}`;
  throw new Error(
    `not started: it needs Node ${needed} or newer, and this gateway runs on ${process.version}; install one and run live-status hook install with it.`,
  );
}

function isEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > NODE_NEEDED.major || (major === NODE_NEEDED.major && minor >= NODE_NEEDED.minor);
}

/** The gateway's environment, and what its configuration names for this hook; the program adds the environment file. */
function environment(event: GatewayEvent): NodeJS.ProcessEnv {
  return { ...event.context?.cfg?.hooks?.internal?.entries?.[NAME]?.env, ...process.env };
}

/** `start` checks the settings, looks for a running watcher, starts one in the background and says what it did. */
function runStart(node: string, program: string, env: NodeJS.ProcessEnv): void {
  const child = spawn(node, [...MEMORY_FLAGS, '--disable-warning=ExperimentalWarning', program, 'start'], {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: GIVE_UP_MS,
  });
  let said = '';
  const listen = (data: string): void => {
    said = (said + data).slice(-MAX_OUTPUT_CHARS);
  };
  child.stdout.setEncoding('utf8').on('data', listen);
  child.stderr.setEncoding('utf8').on('data', listen);
  child.on('error', (error) => say(`not started: ${error.message}`));
  child.on('close', () => say(said.trim().replaceAll(/\s*\n\s*/g, ' ') || 'not started: live-status start said nothing.'));
  child.unref();
}

function say(words: string): void {
  process.stdout.write(`[${NAME}] ${words}\n`);
}
