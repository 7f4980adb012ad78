// Reads files to their ends, one read at a time per file, and sees to what each read came to. Knows no file but those it is asked to read.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../core/clock.ts';
import { Timers } from '../core/timers.ts';
import { limitConcurrency } from './concurrency-limit.ts';
import type { FileChecks } from './file-checks.ts';
import type { FileProblem, ProblemRecorder } from './file-problems.ts';
import type { FollowedFile } from './followed-file.ts';
import type { FollowRead } from './follower.ts';
import { LoopTurn } from './loop-turn.ts';
import { OneAtATime } from './one-at-a-time.ts';

interface FileReadsPorts<File> {
  clock: Clock;
  problems: ProblemRecorder<FileProblem>;
  checks: FileChecks;
  isReady?(file: File): boolean;
  goesOn?(renamedTo: string): boolean;
  onProgress(file: File): void;
  /** There is nothing to read any more. */
  onEnd(file: File, renamedTo: string | undefined): void;
}

const RETRY_MS = 1_000;
const MAX_PIECES = 256; // of one file, before another one that is far behind has its turn: 16 MiB

/** Reads what is in use; a file without a follower is passed over. Nothing here throws. */
export class FileReads<Event extends { at: number }, File extends FollowedFile<Event>> {
  readonly #ports: FileReadsPorts<File>;
  readonly #reads = new OneAtATime();
  /** Files that are far behind are read one after the other: what is read of one is held in memory until its end is known. */
  readonly #farBehind = limitConcurrency(1);
  readonly #turn = new LoopTurn();
  readonly #timers: Timers;
  #isStopped = false;

  constructor(ports: FileReadsPorts<File>) {
    this.#ports = ports;
    this.#timers = new Timers(ports.clock);
  }

  /** Resolves at the end of the file. A file that is still settling is read again by a timer. */
  read(file: File): Promise<void> {
    if (file.follower === undefined || this.#isStopped) return Promise.resolve();
    return this.#reads.ask(file.path, () => this.#readToEnd(file));
  }

  isBusy(path: string): boolean {
    return this.#reads.isBusy(path);
  }

  /** Nothing of this path is read for a while. */
  forget(path: string): void {
    this.#timers.cancel(path);
    this.#reads.forget(path);
  }

  /** Begins no read any more. Resolves when those that were going on have ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#timers.stop();
    await this.#reads.stop();
  }

  /** False when all was read. */
  async #readToEnd(file: File): Promise<boolean> {
    return (await this.#readOnce(file)) && (await this.#farBehind(() => this.#readOn(file)));
  }

  /** Lets the event loop turn after each piece. */
  async #readOn(file: File): Promise<boolean> {
    for (let piece = 0; piece < MAX_PIECES; piece++) {
      await nextTurn();
      if (!(await this.#readOnce(file))) return false;
    }
    return true;
  }

  /** True when there is more to read. */
  #readOnce(file: File): Promise<boolean> {
    return this.#turn.run(() => this.#readNow(file));
  }

  async #readNow(file: File): Promise<boolean> {
    const { follower } = file;
    if (follower === undefined || this.#isStopped || this.#ports.isReady?.(file) === false) return false;
    try {
      return this.#handle(file, await follower.read());
    } catch {
      // An entry whose events cannot be emitted must not stop this file or the others.
      this.#ports.problems.record('failed', file.path);
      return false;
    }
  }

  /** True when there is more to read at once. */
  #handle(file: File, read: FollowRead): boolean {
    const { checks, goesOn, onEnd } = this.#ports;
    if (read.change !== 'refused' && read.change !== 'settling') checks.recordReadable(file.path);
    switch (read.change) {
      case 'unchanged':
        return false;
      case 'progressed':
        this.#progressed(file, read);
        return read.more;
      case 'settling':
        this.#readLater(file, read.retryInMs);
        return false;
      case 'renamed':
        if (goesOn?.(read.to) !== true) onEnd(file, read.to);
        return false;
      case 'gone':
        onEnd(file, undefined);
        return false;
      case 'refused':
        checks.recordRefused(file.path, read.refusal);
        if (read.refusal === 'exhausted') this.#readLater(file, RETRY_MS);
        return false;
      default:
        return read satisfies never;
    }
  }

  #progressed(file: File, read: Extract<FollowRead, { change: 'progressed' }>): void {
    const { clock, problems, onProgress } = this.#ports;
    if (read.lines > 0) file.lastLinesAt = clock.monotonic();
    if (read.longLines > 0) problems.record('long_line', file.path, read.longLines);
    if (read.nulBlocks > 0) problems.record('nul_block', file.path, read.nulBlocks);
    const checkpoint = file.follower?.checkpoint();
    if (checkpoint === undefined) return;
    file.checkpoint = checkpoint;
    onProgress(file);
  }

  #readLater(file: File, delayMs: number): void {
    this.#timers.once(file.path, delayMs, () => this.read(file));
  }
}
