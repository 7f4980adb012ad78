// Reads a file that is rewritten as a whole, not atomically: what could be decoded last stays until it can be decoded again.

import type { Clock } from '../../core/clock.ts';
import type { ProblemRecorder } from '../../files/file-problems.ts';
import type { FilePlace } from '../../files/open-file.ts';
import { SmallFile } from '../../files/small-file.ts';
import type { DataProblem } from './data-problems.ts';

/** `torn`: it may be half-written now; look again soon. */
export type Look = 'changed' | 'same' | 'torn';

export interface KeptFileOptions<T> {
  place: FilePlace;
  /** `undefined` for what is no such file. Never throws. */
  decode(text: string): T | undefined;
  clock: Pick<Clock, 'now'>;
  problems: ProblemRecorder<DataProblem>;
}

const MAX_BYTES = 8 * 1024 * 1024; // some ten thousand tasks
const MAX_TORN_LOOKS = 25;
const TICK_MS = 100; // a file written within a tick of the file system's clock may change again and look the same

export class KeptFile<T> {
  readonly #options: KeptFileOptions<T>;
  readonly #file: SmallFile;
  #value: T | undefined;
  #writtenAt: number | undefined;
  #tornLooks = 0;

  constructor(options: KeptFileOptions<T>) {
    this.#options = options;
    this.#file = new SmallFile(options.place, MAX_BYTES);
  }

  get value(): T | undefined {
    return this.#value;
  }

  /** By the clock of the file system. */
  get writtenAt(): number | undefined {
    return this.#writtenAt;
  }

  /** Reads it if it has changed. Never throws. A file that is gone leaves its value. */
  async look(): Promise<Look> {
    const read = await this.#file.read();
    switch (read.kind) {
      case 'unchanged':
        return 'same';
      case 'read':
        return this.#take(read.text, read.writtenAt);
      case 'too_large':
        return this.#refuse('too_large');
      case 'refused':
        return read.refusal === 'missing' ? 'same' : this.#refuse(read.refusal);
      default:
        return read satisfies never;
    }
  }

  #take(text: string, writtenAt: number): Look {
    const value = this.#options.decode(text);
    if (value === undefined) return this.#tear();
    if (Math.abs(this.#options.clock.now() - writtenAt) < TICK_MS) this.#file.forget();
    this.#value = value;
    this.#writtenAt = writtenAt;
    this.#tornLooks = 0;
    for (const kind of ['half_written', 'too_large', 'unreadable', 'failed'] as const)
      this.#options.problems.clear(kind, this.#options.place.path);
    return 'changed';
  }

  /** It may be whole in the same instant, with the same size: it is read again. */
  #tear(): Look {
    this.#file.forget();
    this.#tornLooks += 1;
    if (this.#tornLooks <= MAX_TORN_LOOKS) return 'torn';
    return this.#refuse('half_written');
  }

  #refuse(kind: DataProblem): Look {
    this.#options.problems.recordOnce(kind, this.#options.place.path);
    return 'same';
  }
}
