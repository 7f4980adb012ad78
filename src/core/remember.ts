// Memory with a fixed size: a transcript can run for weeks, a decoder must not grow with it.

/** Keeps the newest `limit` keys. */
export function remember<V>(map: Map<string, V>, key: string, value: V, limit: number): void {
  map.delete(key);
  map.set(key, value);
  const oldest = map.keys().next();
  if (map.size > limit && oldest.done !== true) map.delete(oldest.value);
}
