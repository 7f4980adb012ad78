// Starts and stops the daemon of the demo: a real process of the same program.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { freePort } from './free-port.ts';

export interface WatcherOptions {
  /** The arguments of Node for this program, e.g. `['/usr/lib/…/main.js']`. */
  readonly program: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

export interface Watcher {
  readonly healthUrl: string;
  /** Resolves with the daemon's last output when it ends; before `stop` that is a failure. */
  readonly ended: Promise<string>;
  /** Asks the daemon to end, and waits for that. */
  stop(): Promise<void>;
  /** Kills the daemon at once, for callers that cannot wait any more. */
  kill(): void;
}

const READY_WITHIN_MS = 90_000; // on a machine that is busy with other things
const ASK_EVERY_MS = 50;
const STOP_WITHIN_MS = 8_000; // it flushes for at most five seconds
const MAX_OUTPUT_CHARS = 4_000;

const readyShape = z.object({ sink: z.object({ reach: z.literal('reached') }) });

/** Starts the daemon and waits until it has reached the chat. Rejects with its last output if it ends before that. */
export async function startWatcher({ program, env }: WatcherOptions, signal: AbortSignal): Promise<Watcher> {
  const port = await freePort();
  // Its own process group: Ctrl-C in a terminal reaches only the demo, which then stops the daemon once.
  const child = spawn(process.execPath, [...program, 'run'], {
    detached: true,
    env: { ...env, HEALTH_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = lastOutputOf(child);
  const watcher: Watcher = {
    healthUrl: `http://127.0.0.1:${port}/health`,
    ended,
    stop: () => stop(child, ended),
    kill: () => void child.kill('SIGKILL'),
  };
  const over = new AbortController();
  try {
    const asking = AbortSignal.any([signal, over.signal]);
    await Promise.race([untilReady(watcher.healthUrl, asking), ended.then((output) => Promise.reject(new Error(output)))]);
  } catch (error) {
    over.abort();
    await watcher.stop();
    throw error;
  }
  return watcher;
}

async function lastOutputOf(child: ChildProcess): Promise<string> {
  let output = '';
  const keep = (data: Buffer): void => void (output = `${output}${data.toString()}`.slice(-MAX_OUTPUT_CHARS));
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  await once(child, 'close');
  const how = child.signalCode === null ? `ended with exit code ${child.exitCode}` : `was ended by ${child.signalCode}`;
  return `The watcher ${how}. Its last output:\n${output}`;
}

async function untilReady(healthUrl: string, signal: AbortSignal): Promise<void> {
  for (
    const deadline = performance.now() + READY_WITHIN_MS;
    performance.now() < deadline;
    await sleep(ASK_EVERY_MS, undefined, { signal })
  ) {
    if (await isReady(healthUrl)) return;
  }
  throw new Error(`The watcher was not ready within ${READY_WITHIN_MS / 1_000} s.`);
}

async function isReady(healthUrl: string): Promise<boolean> {
  try {
    const answer = await fetch(healthUrl, { signal: AbortSignal.timeout(1_000) });
    return readyShape.safeParse(await answer.json()).success;
  } catch {
    return false;
  }
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.kill('SIGTERM');
  const impatient = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await ended;
  clearTimeout(impatient);
}
