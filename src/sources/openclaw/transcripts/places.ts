// Owns how many transcripts of each folder are followed, and which wait for that. Reads no file.

import type { FollowStart } from './follow.ts';
import type { Problems } from './problems.ts';
import type { TranscriptRecord } from './record.ts';

const MOST_FOLLOWED = 3_000; // of all agents together; then each may have a few at least
const FEW_FOLLOWED = 5;
const MAX_FOLLOWED = 1_500; // of one agent: a thousand sessions at work and their sub-agents; each is read at every sweep

/** Whoever makes up transcripts by the thousand waits for them alone: other folders have places of their own. */
export class Places {
  readonly #problems: Problems;
  readonly #countByFolder = new Map<string, number>();
  #total = 0;
  readonly #waiting = new Map<TranscriptRecord, FollowStart>();

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  /** Whether there is room; without any it waits, to begin at `start`. */
  take(record: TranscriptRecord, start: FollowStart): boolean {
    if (this.#roomOf(record.folder) > 0) {
      this.#countByFolder.set(record.folder, this.#countOf(record.folder) + 1);
      this.#total += 1;
      this.#waiting.delete(record);
      return true;
    }
    if (!this.#waiting.has(record)) this.#waiting.set(record, start);
    this.#problems.noteOnce('too_many', record.folder);
    return false;
  }

  free({ folder }: TranscriptRecord): void {
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
  forget(record: TranscriptRecord): void {
    this.#waiting.delete(record);
  }

  /** Those for which there is room now, the first to come first; not all of them may find it still there. */
  waiting(): [TranscriptRecord, FollowStart][] {
    const roomByFolder = new Map<string, number>();
    const found: [TranscriptRecord, FollowStart][] = [];
    for (const [record, start] of this.#waiting) {
      const room = roomByFolder.get(record.folder) ?? this.#roomOf(record.folder);
      if (room > 0) found.push([record, start]);
      roomByFolder.set(record.folder, room - 1);
    }
    for (const folder of this.#countByFolder.keys()) if (!roomByFolder.has(folder)) this.#problems.over('too_many', folder);
    return found;
  }
}
