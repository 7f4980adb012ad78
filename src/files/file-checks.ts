// Checks files by `stat`, without reading them, and records a problem for each that cannot be read.
// Remembers why each file was refused last.

import { lstatSync } from 'node:fs';
import { type FileIdentity, identityOf, type Refusal, refusalOf } from './open-file.ts';
import type { FileProblem, ProblemRecorder } from './file-problems.ts';

export class FileChecks {
  readonly #problems: ProblemRecorder<FileProblem>;
  readonly #refusalByPath = new Map<string, Exclude<Refusal, 'missing'>>();

  constructor(problems: ProblemRecorder<FileProblem>) {
    this.#problems = problems;
  }

  /** `undefined` when there is no regular file. */
  stat(path: string): FileIdentity | undefined {
    try {
      const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
      if (stats === undefined) return undefined;
      if (!this.#refusalByPath.has(path)) this.#problems.clear('unreadable', path);
      if (stats.isFile()) return identityOf(stats);
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
