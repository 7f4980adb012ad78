// Repeats what was recorded of a sessions folder on a real folder under the real source. The owner of the locks is a real process that
// ends when the gateway ended.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { SessionEvent } from '../../src/core/event.ts';
import type { TranscriptDetails } from '../../src/sources/openclaw/transcripts/transcripts-health.ts';
import { createTranscriptSource } from '../../src/sources/openclaw/transcripts/transcripts-source.ts';
import { silentLog } from '../unit/sources/openclaw/gateway/silent-log.ts';
import { framesOf } from '../unit/versions/play-frames.ts';
import { untilRead } from '../unit/wild/situation.ts';
import { FakeClock } from '../support/clock.ts';
import { tempFolderInMemory } from '../support/temp-folder.ts';

/** One change of one file, as the harness records it. */
interface Change {
  t: number;
  name: string;
  append?: string;
  write?: string;
  rows?: Record<string, unknown>;
}

export interface PlayedFolder {
  events: SessionEvent[];
  health: TranscriptDetails;
  endedAt: number;
}

const FIXTURES = new URL('../fixtures/', import.meta.url);
const RECORDED_ROOT = '/home/node/state/agents';
const STEP_MS = 250; // of recorded time, while something may still be read
const IDLE_STEP_MS = 2_000;
const BUSY_MS = 5_000;
const STEP_TAKES_MS = 10; // of real time, for file events to come
const NOTICED_MS = 40; // a lock or an index is being read by then
const READ_LIMIT_MS = 10_000;
const AFTER_MS = 30_000;

/** The versions of which the sessions folder was recorded over time. */
export function recordedFolders(): string[] {
  return readdirSync(FIXTURES)
    .filter((name) => existsSync(new URL(`${name}/sessions.ndjson`, FIXTURES)))
    .map((name) => name.replace('openclaw-', ''));
}

export async function playFolder(version: string): Promise<PlayedFolder> {
  const changes = changesOf(version);
  const root = join(tempFolderInMemory(), 'agents');
  const folder = new SessionsFolder(root, gatewaysOf(version));
  const clock = new FakeClock(changes[0]?.t ?? 0);
  const events: SessionEvent[] = [];
  const offsetsByPath = new Map<string, number>();
  const source = createTranscriptSource({
    dir: root,
    polling: false,
    clock,
    redact: (text) => text,
    emit: (event) => events.push(event),
    log: silentLog,
    onProgress: (path, checkpoint) =>
      void (checkpoint === undefined ? offsetsByPath.delete(path) : offsetsByPath.set(path, checkpoint.offset)),
  });
  onTestFinished(() => source.stop());
  const goOn = async (to: number): Promise<void> => {
    const busyUntil = clock.now() + BUSY_MS;
    for (let left = to - clock.now(); left > 0; left = to - clock.now()) {
      await clock.advance(Math.min(clock.now() < busyUntil ? STEP_MS : IDLE_STEP_MS, left));
      await pause(STEP_TAKES_MS);
      await untilRead();
      folder.now(clock.now());
    }
  };
  const wasRead = async (path: string): Promise<void> => {
    if (!path.endsWith('.jsonl') || !existsSync(path)) {
      await pause(NOTICED_MS);
      return untilRead();
    }
    const end = performance.now() + READ_LIMIT_MS;
    while (offsetsByPath.get(path) !== statSync(path).size && performance.now() < end) {
      await clock.advance(1);
      await pause(STEP_TAKES_MS);
    }
  };
  await source.start();
  for (const change of changes) {
    await goOn(change.t);
    await wasRead(await folder.repeat(change));
  }
  await goOn(clock.now() + AFTER_MS);
  return { events, health: source.details(), endedAt: clock.now() };
}

function changesOf(version: string): Change[] {
  const text = readFileSync(new URL(`openclaw-${version}/sessions.ndjson`, FIXTURES), 'utf8');
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Change]));
}

/** When the gateway ended: its connection was closed in the last of the turns. */
function gatewaysOf(version: string): number {
  return framesOf(version, 'cut').find(({ dir }) => dir === 'close')?.t ?? Number.POSITIVE_INFINITY;
}

class SessionsFolder {
  readonly #root: string;
  readonly #endsAt: number;
  #rows: Record<string, unknown> = {};
  #owner: ChildProcess | undefined;

  constructor(root: string, endsAt: number) {
    this.#root = root;
    this.#endsAt = endsAt;
    mkdirSync(join(root, 'main/sessions'), { recursive: true });
    onTestFinished(() => void this.#owner?.kill('SIGKILL'));
  }

  now(at: number): void {
    if (at >= this.#endsAt) this.#owner?.kill('SIGKILL');
  }

  /** Resolves with the path of the file that was changed. */
  async repeat({ name, append, write, rows }: Change): Promise<string> {
    const path = join(this.#root, 'main/sessions', name);
    if (rows !== undefined) this.#index(path, rows);
    else if (append !== undefined) appendFileSync(path, append);
    else if (write === undefined) rmSync(path, { force: true });
    else writeFileSync(path, name.endsWith('.lock') ? await this.#lock(write) : write);
    return path;
  }

  #index(path: string, rows: Record<string, unknown>): void {
    this.#rows = { ...this.#rows, ...rows };
    writeFileSync(`${path}.tmp`, JSON.stringify(this.#rows).replaceAll(RECORDED_ROOT, this.#root));
    renameSync(`${path}.tmp`, path);
  }

  /** The same lock, held by a process that there is. */
  async #lock(text: string): Promise<string> {
    if (this.#owner === undefined || this.#owner.killed) {
      this.#owner = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      await once(this.#owner, 'spawn');
    }
    const { starttime: _, ...lock } = JSON.parse(text || '{}') as Record<string, unknown>;
    return text === '' ? '' : JSON.stringify({ ...lock, pid: this.#owner.pid });
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
