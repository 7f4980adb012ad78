// Puts a line after its parent. Version 2.1.150 sometimes writes a turn's answer before its prompt. Owns the lines that wait.

import { setBounded } from '../../core/bounded-map.ts';
import type { SessionLine } from './session-line.ts';

const MAX_KNOWN = 20_000; // a rewind or a slow tool may go back by hundreds of lines
const MAX_WAITING = 2_000; // more than one write has ever had

/** A line waits for its parent until `release`. So none is lost when the parent was never read. */
export class LineOrder {
  readonly #known = new Map<string, true>();
  readonly #isWhole: boolean;
  #waiting: SessionLine[] = [];

  /** Of a file that is read from its middle, the parent of the first line is not known. */
  constructor(isWhole: boolean) {
    this.#isWhole = isWhole;
  }

  get isHolding(): boolean {
    return this.#waiting.length > 0;
  }

  /** The lines that may be read now, in order. */
  take(line: SessionLine): SessionLine[] {
    if (this.#mayCome(line)) return this.#withFollowers(line);
    this.#waiting.push(line);
    return this.#waiting.length > MAX_WAITING ? this.release() : [];
  }

  /** Nothing more came: those that wait come as they were written. */
  release(): SessionLine[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { uuid } of waiting) this.#learn(uuid);
    return waiting;
  }

  #mayCome({ parentUuid }: SessionLine): boolean {
    return parentUuid === undefined || this.#known.has(parentUuid) || (this.#known.size === 0 && !this.#isWhole);
  }

  #withFollowers(line: SessionLine): SessionLine[] {
    this.#learn(line.uuid);
    const next = line.uuid === undefined ? [] : this.#waiting.filter(({ parentUuid }) => parentUuid === line.uuid);
    if (next.length === 0) return [line];
    this.#waiting = this.#waiting.filter((other) => !next.includes(other));
    return [line, ...next.flatMap((follower) => this.#withFollowers(follower))];
  }

  #learn(uuid: string | undefined): void {
    if (uuid !== undefined) setBounded(this.#known, uuid, true, MAX_KNOWN);
  }
}
