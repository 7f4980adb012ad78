// Does much in small pieces, so that nobody else has to wait for all of it. Owns no state.

import { setImmediate as nextTurn } from 'node:timers/promises';

const SLICE_MS = 5; // without a turn of the event loop

/** What `does` gives for each item, at most `atOnce` of them at a time. */
export async function inSlices<T, R>(items: readonly T[], atOnce: number, does: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let since = performance.now();
  for (let begin = 0; begin < items.length; begin += atOnce) {
    results.push(...(await Promise.all(items.slice(begin, begin + atOnce).map(does))));
    if (performance.now() - since < SLICE_MS) continue;
    await nextTurn();
    since = performance.now();
  }
  return results;
}
