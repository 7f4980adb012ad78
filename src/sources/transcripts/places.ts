// Owns how many transcripts of each folder are followed, and which wait for that. Reads no file.

import type { FollowStart } from './follow.ts';
import type { Problems } from './problems.ts';
import type { TranscriptRecord } from './record.ts';

const MAX_FOLLOWED = 1_500; // of one agent: a thousand sessions at work and their sub-agents; each is read at every sweep

/** Whoever makes up transcripts by the thousand waits for them alone: other folders have places of their own. */
export class Places {
  readonly #problems: Problems;
  readonly #countByFolder = new Map<string, number>();
  readonly #waiting = new Map<TranscriptRecord, FollowStart>();

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  /** Whether there is room; without any it waits, to begin at `start`. */
  take(record: TranscriptRecord, start: FollowStart): boolean {
    const count = this.#countByFolder.get(record.folder) ?? 0;
    if (count < MAX_FOLLOWED) {
      this.#countByFolder.set(record.folder, count + 1);
      this.#waiting.delete(record);
      return true;
    }
    if (!this.#waiting.has(record)) this.#waiting.set(record, start);
    this.#problems.noteOnce('too_many', record.folder);
    return false;
  }

  free({ folder }: TranscriptRecord): void {
    this.#countByFolder.set(folder, (this.#countByFolder.get(folder) ?? 1) - 1);
  }

  /** It is gone, or was taken up in another way. */
  forget(record: TranscriptRecord): void {
    this.#waiting.delete(record);
  }

  /** Those for which there is room now, the first to come first. */
  waiting(): [TranscriptRecord, FollowStart][] {
    const roomByFolder = new Map([...this.#countByFolder].map(([folder, count]) => [folder, MAX_FOLLOWED - count]));
    const waitingFolders = new Set<string>();
    const found: [TranscriptRecord, FollowStart][] = [];
    for (const [record, start] of this.#waiting) {
      const room = roomByFolder.get(record.folder) ?? MAX_FOLLOWED;
      waitingFolders.add(record.folder);
      if (room > 0) found.push([record, start]);
      roomByFolder.set(record.folder, room - 1);
    }
    for (const folder of this.#countByFolder.keys()) if (!waitingFolders.has(folder)) this.#problems.over('too_many', folder);
    return found;
  }
}
