// Counts how many files of each folder are followed, and keeps those that wait for a place. Reads no file.

import { dirname } from 'node:path';
import type { FollowStart } from './follower.ts';
import type { FileProblem, ProblemRecorder } from './file-problems.ts';

const MOST_FOLLOWED = 3_000; // of all folders together; beyond that, each folder still gets a few
const FEW_FOLLOWED = 5;
/** Of one folder: a thousand at work and those they spawned. Every sweep reads each of them. */
export const MAX_FOLLOWED = 1_500;

/** A folder with thousands of files delays only itself: other folders have places of their own. */
export class FolderQuota<File extends { readonly path: string }> {
  readonly #problems: ProblemRecorder<FileProblem>;
  readonly #countByFolder = new Map<string, number>();
  #total = 0;
  readonly #waiting = new Map<File, FollowStart>();

  constructor(problems: ProblemRecorder<FileProblem>) {
    this.#problems = problems;
  }

  /** Takes a place and returns true. Without a free place the file waits; it will begin at `start`. */
  take(file: File, start: FollowStart): boolean {
    const folder = dirname(file.path);
    if (this.#roomOf(folder) > 0) {
      this.#countByFolder.set(folder, this.#countOf(folder) + 1);
      this.#total += 1;
      this.#waiting.delete(file);
      return true;
    }
    if (!this.#waiting.has(file)) this.#waiting.set(file, start);
    this.#problems.recordOnce('too_many', folder);
    return false;
  }

  free({ path }: File): void {
    const folder = dirname(path);
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

  /** The file is gone, or is followed by now: it waits no longer. */
  forget(file: File): void {
    this.#waiting.delete(file);
  }

  /** Files that waited longest and for which there is a place now. Some may find that it is taken again. */
  waiting(): [File, FollowStart][] {
    const roomByFolder = new Map<string, number>();
    const found: [File, FollowStart][] = [];
    for (const [file, start] of this.#waiting) {
      const folder = dirname(file.path);
      const room = roomByFolder.get(folder) ?? this.#roomOf(folder);
      if (room > 0) found.push([file, start]);
      roomByFolder.set(folder, room - 1);
    }
    for (const folder of this.#countByFolder.keys()) if (!roomByFolder.has(folder)) this.#problems.clear('too_many', folder);
    return found;
  }
}
