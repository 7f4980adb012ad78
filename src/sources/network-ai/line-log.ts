// Follows a log of lines that is only appended to, and keeps the newest of what they say. At the start its last part is read.

import { statSync } from 'node:fs';
import type { Clock } from '../../core/clock.ts';
import type { ProblemRecorder } from '../../files/file-problems.ts';
import type { FilePlace } from '../../files/open-file.ts';
import { Tail, type TailRead } from '../../files/tail.ts';
import type { DataProblem } from './data-problems.ts';
import type { Look } from './kept-file.ts';

export interface LineLogOptions<T> {
  place: FilePlace;
  clock: Clock;
  /** What the line says; `undefined` to leave it out. Never throws. */
  decode(line: string): T | undefined;
  problems: ProblemRecorder<DataProblem>;
}

const MAX_LINES = 400;
const FIRST_BYTES = 1_048_576;
const MAX_LINE_BYTES = 1_048_576;

export class LineLog<T> {
  readonly #options: LineLogOptions<T>;
  #tail: Tail | undefined;
  #lines: T[] = [];

  constructor(options: LineLogOptions<T>) {
    this.#options = options;
  }

  /** Oldest first. */
  get lines(): readonly T[] {
    return this.#lines;
  }

  /** Reads on. A log that has become shorter is looked at again soon: it may be written anew. Never throws. */
  async look(): Promise<Look> {
    const tail = this.#opened();
    if (tail === undefined) return 'same';
    for (let isNew = false; ; ) {
      const read = await tail.read();
      isNew = this.#take(read) || isNew;
      if (read.change === 'settling') return 'torn';
      if (!('more' in read) || !read.more) return isNew ? 'changed' : 'same';
    }
  }

  #opened(): Tail | undefined {
    const { place, clock } = this.#options;
    const size = this.#tail === undefined ? sizeOf(place.path) : undefined;
    if (size !== undefined) this.#tail = new Tail({ ...place, clock, maxLineBytes: MAX_LINE_BYTES, from: Math.max(0, size - FIRST_BYTES) });
    return this.#tail;
  }

  #take(read: TailRead): boolean {
    const { problems, place } = this.#options;
    if (read.change === 'refused') problems.recordOnce(read.refusal, place.path);
    if (!('lines' in read)) return false;
    if (read.longLines > 0) problems.record('long_line', place.path, read.longLines);
    if (read.nulBlocks > 0) problems.record('nul_block', place.path, read.nulBlocks);
    const before = read.change === 'appended' ? this.#lines : [];
    this.#lines = [...before, ...read.lines.flatMap(({ text }) => this.#options.decode(text) ?? [])].slice(-MAX_LINES);
    return read.lines.length > 0 || read.change !== 'appended';
  }
}

/** `undefined` where there is none. */
function sizeOf(path: string): number | undefined {
  try {
    return statSync(path).size;
  } catch {
    return undefined;
  }
}
