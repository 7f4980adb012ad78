// Works through many items in small slices, so that the event loop is never blocked for long.

import { setImmediate as nextTurn } from 'node:timers/promises';

const SLICE_MS = 5; // the longest time without a turn of the event loop

/** The result of `does` for each item. At most `atOnce` items are in progress at a time. */
export async function inSlices<T, R>(items: readonly T[], atOnce: number, does: (item: T) => R | Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let since = performance.now();
  for (let begin = 0; begin < items.length; begin += atOnce) {
    const slice = items.slice(begin, begin + atOnce).map(does);
    results.push(...(slice.every(isThere) ? slice : await Promise.all(slice)));
    if (performance.now() - since < SLICE_MS) continue;
    await nextTurn();
    since = performance.now();
  }
  return results;
}

function isThere<R>(result: R | Promise<R>): result is R {
  return !(result instanceof Promise);
}
