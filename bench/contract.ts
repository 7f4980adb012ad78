// What a row of the table is, and what it is given.

import type { Workplace } from './harness/workplace.ts';

/** One measured number beside what it is compared with. Less is better, always. */
export interface Figure {
  what: string;
  now: number;
  /** The least that the same work costs here, measured in the same run. */
  floor?: number;
  /** Up to this `now` is good. */
  limit?: number;
  /** The limit in words, where it is no plain number. */
  goal?: string;
  unit: string;
}

/** What a row works with. */
export interface Bench {
  /** Short and small: shows that the row works; the numbers say little. */
  quick: boolean;
  place: Workplace;
  /** Tells whoever waits what goes on. */
  tell(words: string): void;
}

export interface Row {
  /** For `--only`. */
  name: string;
  title: string;
  run(bench: Bench): Promise<Figure[]>;
}

/** A goal that is a multiple of the floor. */
export function timesFloor(factor: number, figure: Figure & { floor: number }): Figure {
  return { ...figure, limit: factor * figure.floor, goal: `≤ ${factor} × floor` };
}

/** A goal that is so much above the floor. */
export function aboveFloor(more: number, figure: Figure & { floor: number }): Figure {
  return { ...figure, limit: figure.floor + more, goal: `≤ floor + ${more} ${figure.unit}` };
}
