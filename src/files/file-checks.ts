// Checks files by `stat`, without reading them, and records a problem for each that cannot be read.
// Remembers why each file was refused last.

import { lstatSync } from 'node:fs';
import { type Refusal, refusalOf } from './open-file.ts';
import type { FileProblem, ProblemRecorder } from './file-problems.ts';

/** What a look at a file shows that is not opened. Thousands are looked at, so it is made of plain numbers. */
export interface FileLook {
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  /** Milliseconds since the epoch, to less than a microsecond. */
  readonly mtimeMs: number;
}

/** False whenever the content may differ. */
export function isSameLook(one: FileLook | undefined, other: FileLook): boolean {
  return one?.mtimeMs === other.mtimeMs && one.size === other.size && one.ino === other.ino && one.dev === other.dev;
}

export class FileChecks {
  readonly #problems: ProblemRecorder<FileProblem>;
  readonly #refusalByPath = new Map<string, Exclude<Refusal, 'missing'>>();

  constructor(problems: ProblemRecorder<FileProblem>) {
    this.#problems = problems;
  }

  /** `undefined` when there is no regular file. */
  look(path: string): FileLook | undefined {
    try {
      const stats = lstatSync(path, { throwIfNoEntry: false });
      if (stats === undefined) return undefined;
      if (!this.#refusalByPath.has(path)) this.#problems.clear('unreadable', path);
      if (stats.isFile()) return lookOf(stats);
      this.#problems.recordOnce(stats.isSymbolicLink() ? 'symlink' : 'not_a_file', path);
      return undefined;
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal !== 'missing') this.#problems.recordOnce(refusal, path);
      return undefined;
    }
  }

  /** The file could not be read. The same refusal again is not recorded. */
  recordRefused(path: string, refusal: Exclude<Refusal, 'missing'>): void {
    if (this.#refusalByPath.get(path) !== refusal) this.#problems.record(refusal, path);
    this.#refusalByPath.set(path, refusal);
  }

  /** The file could be read, or it is gone. */
  recordReadable(path: string): void {
    const refusal = this.#refusalByPath.get(path);
    if (refusal !== undefined) this.#problems.clear(refusal, path);
    this.#refusalByPath.delete(path);
  }
}

function lookOf({ dev, ino, size, mtimeMs }: FileLook): FileLook {
  return { dev, ino, size, mtimeMs };
}
