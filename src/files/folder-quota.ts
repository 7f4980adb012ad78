// Owns how many files of each folder are followed, and which wait for that. Reads no file.

import type { FollowStart } from './follower.ts';
import type { FileProblem, ProblemRecorder } from './file-problems.ts';

const MOST_FOLLOWED = 3_000; // of all folders together; then each may have a few at least
const FEW_FOLLOWED = 5;
const MAX_FOLLOWED = 1_500; // of one folder: a thousand at work and what they started; each is read at every sweep

/** A file in one of many folders. */
interface InFolder {
  readonly folder: string;
}

/** Whoever makes up files by the thousand waits for them alone: other folders have places of their own. */
export class FolderQuota<File extends InFolder> {
  readonly #problems: ProblemRecorder<FileProblem>;
  readonly #countByFolder = new Map<string, number>();
  #total = 0;
  readonly #waiting = new Map<File, FollowStart>();

  constructor(problems: ProblemRecorder<FileProblem>) {
    this.#problems = problems;
  }

  /** Whether there is room; without any it waits, to begin at `start`. */
  take(file: File, start: FollowStart): boolean {
    if (this.#roomOf(file.folder) > 0) {
      this.#countByFolder.set(file.folder, this.#countOf(file.folder) + 1);
      this.#total += 1;
      this.#waiting.delete(file);
      return true;
    }
    if (!this.#waiting.has(file)) this.#waiting.set(file, start);
    this.#problems.recordOnce('too_many', file.folder);
    return false;
  }

  free({ folder }: File): void {
    this.#countByFolder.set(folder, this.#countOf(folder) - 1);
    this.#total -= 1;
  }

  #countOf(folder: string): number {
    return this.#countByFolder.get(folder) ?? 0;
  }

  #roomOf(folder: string): number {
    const count = this.#countOf(folder);
    return Math.max(FEW_FOLLOWED - count, Math.min(MAX_FOLLOWED - count, MOST_FOLLOWED - this.#total));
  }

  /** It is gone, or was taken up in another way. */
  forget(file: File): void {
    this.#waiting.delete(file);
  }

  /** Those for which there is room now, the first to come first; not all of them may find it still there. */
  waiting(): [File, FollowStart][] {
    const roomByFolder = new Map<string, number>();
    const found: [File, FollowStart][] = [];
    for (const [file, start] of this.#waiting) {
      const room = roomByFolder.get(file.folder) ?? this.#roomOf(file.folder);
      if (room > 0) found.push([file, start]);
      roomByFolder.set(file.folder, room - 1);
    }
    for (const folder of this.#countByFolder.keys()) if (!roomByFolder.has(folder)) this.#problems.clear('too_many', folder);
    return found;
  }
}
