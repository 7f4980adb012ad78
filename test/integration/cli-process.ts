// Starts the command line as a process and collects what it says.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endedWithTests } from './process-cleanup.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { inherited } from '../support/inherited.ts';

export const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
export const FAKE = fileURLToPath(new URL('../fixtures/cli/fake-daemon-cli.ts', import.meta.url));
export const TOKEN = 'not-a-real-token';

export interface Cli {
  readonly child: ChildProcess;
  readonly said: { out: string; err: string };
  /** Resolves when stdout or stderr matches. */
  until(pattern: RegExp): Promise<void>;
  /** Resolves when the process has ended and its output is complete. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; out: string; err: string }>;
}

/** A fresh folder with a valid environment in it: PID file, state directory, health off. */
export function scratch(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv & { PID_FILE: string; STATE_DIR: string } {
  const folder = tempFolder('cli');
  return {
    ...inherited(),
    HOME: folder,
    MM_URL: 'http://127.0.0.1:9',
    MM_TOKEN: TOKEN,
    TRANSCRIPT_DIR: join(folder, 'agents'),
    PID_FILE: join(folder, 'x.pid'),
    STATE_DIR: join(folder, 'state'),
    HEALTH_PORT: '0',
    ...extra,
  };
}

/** Starts `node <script> <args>`; nothing of the test's own environment reaches it. */
export function cli(script: string, args: readonly string[], env: NodeJS.ProcessEnv): Cli {
  const child = endedWithTests(spawn(process.execPath, [script, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] }));
  const said = { out: '', err: '' };
  child.stdout.on('data', (data: Buffer) => (said.out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (said.err += data.toString()));
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    ...said,
  }));
  const until = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => pattern.test(said.out + said.err) && resolve();
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      child.once('close', () => reject(new Error(`It ended without saying ${pattern}: ${said.out}${said.err}`)));
      look();
    });
  return { child, said, until, ended };
}
