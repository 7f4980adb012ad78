// Runs one demo from start to end: the stand-in chat, the temporary folder, the real daemon and the replay between them.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerVersion } from '../stand-in/version-rules.ts';
import { SAMPLE } from '../stand-in/sample-seed.ts';
import { Gateway } from './agents-folder.ts';
import { CodingHome } from './coding-home.ts';
import { MeshDashboard } from './mesh-dashboard.ts';
import { narrate, tally } from './narrator.ts';
import { readRecording } from './recording.ts';
import { replay } from './replay.ts';
import { openRoom, type Room } from './room.ts';
import { type TimedStep, timelineOf } from './timeline.ts';
import { startWatcher, type Watcher } from './watcher.ts';

export interface DemoOptions {
  /** Plays everything once in a few seconds and ends with a summary. */
  readonly fast: boolean;
  /** Also tasks of Network-AI and of a mesh. */
  readonly withSwarms: boolean;
  /** The port of the page; by default Mattermost's own, or any free one if that is taken. */
  readonly port?: number | undefined;
  /** The Mattermost that the stand-in plays. */
  readonly version: ServerVersion;
  /** The arguments of Node for this program; the daemon starts with the same ones. */
  readonly program: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly out: (line: string) => void;
  /** Ends the demo. */
  readonly signal: AbortSignal;
}

/** What the watcher reaches over the network. */
interface Outside {
  readonly room: Room;
  /** Only with swarms. */
  readonly dashboard: MeshDashboard | undefined;
}

interface Stage extends Outside {
  readonly gateway: Gateway;
  readonly codingHome: CodingHome;
  readonly watcher: Watcher;
  readonly steps: readonly TimedStep[];
}

/** As a person would write it, with the demo's folder as home: what Claude Code says is shown, of Codex only what is shown by default. */
const ROUTES = 'claude-code:~/code/shop*=lab/shop+commands+texts, codex:~/code/shop*=lab/shop';

const SWARM_ROUTES = 'mesh:*=lab/swarm+texts, network-ai:*=lab/swarm+texts';

const RECORDINGS = new URL('recordings/', import.meta.url);
const BOXES = 7; // of one round
const SWARM_BOXES = 3; // more of them with swarms
const FAST_SPEED = 8;
const FAST_END_WITHIN_MS = 60_000;
const PAUSE_MS = 20_000; // between two rounds, so that people can read the ends
const LOOK_EVERY_MS = 100;

/** Faster than the defaults, so that people still see each step of the fast replay. */
const FAST_SETTINGS = { OPEN_AFTER_MS: '0', THROTTLE_MS: '100', PACE: '250ms', EDITS_PER_SECOND: '50:100' };

/** Runs the demo. Resolves when `signal` is aborted, or with `fast` after the summary, when everything it started has ended. */
export async function runDemo(options: DemoOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'live-status-demo-'));
  const atExit: (() => void)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const leaveNothing = (): void => atExit.forEach((release) => release());
  process.once('exit', leaveNothing);
  try {
    const room = await openRoom(options.port, options.version);
    const dashboard = options.withSwarms ? await MeshDashboard.open() : undefined;
    try {
      await play({ room, dashboard }, folder, options, atExit);
    } finally {
      await dashboard?.close();
      await room.close();
    }
  } catch (error) {
    if (!options.signal.aborted) throw error;
  } finally {
    process.off('exit', leaveNothing);
    leaveNothing();
  }
}

async function play(outside: Outside, folder: string, options: DemoOptions, atExit: (() => void)[]): Promise<void> {
  const { room } = outside;
  const agents = join(folder, 'agents');
  const [gateway, codingHome] = [new Gateway(agents), new CodingHome(folder)];
  const watcher = await startWatcher({ program: options.program, env: environment(outside, folder, options) }, options.signal);
  atExit.unshift(() => watcher.kill());
  const stopNarrating = narrate(room.standIn, options.out);
  const over = new AbortController();
  try {
    const playing = { ...options, signal: AbortSignal.any([options.signal, over.signal]) };
    introduce(room, watcher, agents, options);
    const stage = { ...outside, gateway, codingHome, watcher, steps: timelineOf(readRecording(RECORDINGS, options.withSwarms)) };
    await Promise.race([options.fast ? playOnce(stage, playing) : playForever(stage, playing), failureOf(watcher)]);
  } finally {
    over.abort(); // nobody plays for a watcher that has ended
    await watcher.stop();
    atExit.shift();
    stopNarrating();
  }
}

/** Passes only what a daemon needs: settings in the caller's environment are meant for another daemon. */
function environment({ room, dashboard }: Outside, folder: string, { env, fast }: DemoOptions): NodeJS.ProcessEnv {
  const swarms = { MESH_SSE_URL: dashboard?.url, NETWORK_AI_DIR: join(folder, 'network-ai', 'data') };
  return {
    PATH: env['PATH'],
    HOME: folder,
    MM_URL: room.url,
    MM_TOKEN: SAMPLE.botToken,
    SOURCES: `transcripts,claude-code,codex${dashboard === undefined ? '' : ',mesh,network-ai'}`,
    TRANSCRIPT_DIR: join(folder, 'agents'),
    CLAUDE_CONFIG_DIR: join(folder, '.claude'),
    CODEX_HOME: join(folder, '.codex'),
    ROUTES: dashboard === undefined ? ROUTES : `${ROUTES}, ${SWARM_ROUTES}`,
    ...(dashboard === undefined ? {} : swarms),
    STATE_DIR: join(folder, 'state'),
    PID_FILE: join(folder, 'watcher.pid'),
    DIRECT: 'own',
    PAGE: 'on',
    PAGE_DIRECT: '1',
    ...(fast ? FAST_SETTINGS : {}),
  };
}

function introduce(room: Room, { healthUrl }: Watcher, agents: string, { fast, withSwarms, out }: DemoOptions): void {
  out(`Open ${room.url}/ to see the chat, and ${new URL('/', healthUrl).href} to see all boxes on one page.`);
  if (!fast) {
    out('');
    out('  agents       a turn whose test run fails first, and below it a thread with sub-agents of sub-agents');
    out('  ops          a model that is overloaded until the turn fails, and a compaction in the middle of a turn');
    out('  shop         a Claude Code session that waits for its person, and a Codex session of which no words are shown');
    if (withSwarms)
      out('  swarm        a plan and a collaboration of a mesh that wait for a person, and a Network-AI task that runs out of budget');
    out('  direct       forty calls in one box; alice asks openclaw, the box is in her conversation with live-status');
    out('');
    out(`A real watcher reads ${agents} and is asked for its health at ${healthUrl}.`);
    out('Ctrl-C ends the demo. What the boxes say:');
  }
  out('');
}

async function playOnce(stage: Stage, { out, signal }: DemoOptions): Promise<void> {
  await replay(stage.steps, { ...stage, speed: FAST_SPEED, shows: showsOn(stage), signal });
  const deadline = performance.now() + FAST_END_WITHIN_MS;
  const isOver = (): boolean => hasEnded(stage) || performance.now() > deadline;
  while (!isOver()) await sleep(LOOK_EVERY_MS, undefined, { signal });
  const { boxes, posts, edits, titles } = tally(stage.room.standIn);
  out('');
  for (const title of titles) out(title);
  out(`${boxes} boxes beside ${posts} posts of people and agents, ${edits} edits.`);
}

function hasEnded({ room, dashboard }: Stage): boolean {
  const { boxes, openBoxes } = tally(room.standIn);
  return openBoxes === 0 && boxes >= BOXES + (dashboard === undefined ? 0 : SWARM_BOXES);
}

/** Of the boxes that begin from now on: those of earlier rounds say nothing of this one. */
function showsOn({ room }: Stage): (title: RegExp) => boolean {
  const startedAt = Date.now();
  return (title) => tally(room.standIn, startedAt).titles.some((shown) => title.test(shown));
}

async function playForever(stage: Stage, { out, signal }: DemoOptions): Promise<void> {
  for (;;) {
    await replay(stage.steps, { ...stage, speed: 1, shows: showsOn(stage), signal });
    await sleep(PAUSE_MS, undefined, { signal });
    out('Once more.');
  }
}

async function failureOf(watcher: Watcher): Promise<never> {
  throw new Error(await watcher.ended);
}
