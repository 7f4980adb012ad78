// Owns the newest result of something costly. Does not know what it is.

const MAX_LOAD = 10; // at most a tenth of the time goes into it, however often it is asked for
const CHEAP_MS = 5;

/** The same answer again for ten times as long as it took to make; one that takes next to nothing is made every time. */
export function sparing<T>(make: () => T): () => T {
  let newest: { value: T; goodUntil: number } | undefined;
  return () => {
    const startedAt = performance.now();
    if (newest !== undefined && startedAt < newest.goodUntil) return newest.value;
    const value = make();
    const endedAt = performance.now();
    const tookMs = endedAt - startedAt;
    newest = { value, goodUntil: tookMs < CHEAP_MS ? endedAt : endedAt + MAX_LOAD * tookMs };
    return value;
  };
}
