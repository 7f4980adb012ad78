// Maps and sets with a fixed number of keys: a transcript can run for weeks, but a decoder must not grow with it.

/** Sets a key and drops the oldest one beyond `limit`. */
export function setBounded<V>(map: Map<string, V>, key: string, value: V, limit: number): void {
  map.delete(key);
  map.set(key, value);
  const oldest = map.keys().next();
  if (map.size > limit && oldest.done !== true) map.delete(oldest.value);
}

/** Adds a value and drops the oldest one beyond `limit`. */
export function addBounded<V>(set: Set<V>, value: V, limit: number): void {
  set.delete(value);
  set.add(value);
  const oldest = set.values().next();
  if (set.size > limit && oldest.done !== true) set.delete(oldest.value);
}
