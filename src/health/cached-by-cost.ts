// Caches the result of an expensive function, for longer the longer it takes. Does not know what it computes.

const MAX_LOAD = 10; // at most a tenth of the time is spent in it, however often it is called
const CHEAP_MS = 5;

/** Returns the same value for ten times as long as it took to make. A value that takes next to no time is made every time. */
export function cachedByCost<T>(make: () => T): () => T {
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
