// Numbers that look random and are the same for the same seed.

export interface Chance {
  /** 0 ≤ x < 1 */
  next(): number;
  /** Around `mean`, as waiting times are. */
  around(mean: number): number;
  happens(share: number): boolean;
}

/** Mulberry32. */
export function chanceOf(seed: number): Chance {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, around: (mean) => -mean * Math.log(1 - next()), happens: (share) => next() < share };
}
