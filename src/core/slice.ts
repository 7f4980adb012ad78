// Cuts long work into slices, so that it does not hold up the event loop.

import type { Clock } from './clock.ts';

const SLICE_MS = 4; // two slices and what belongs to them stay below ten milliseconds

/** Begins a slice of work. The returned function says when it is time to stop and to go on in another turn of the event loop. */
export function beginSlice(clock: Pick<Clock, 'monotonic'>): () => boolean {
  const until = clock.monotonic() + SLICE_MS;
  return () => clock.monotonic() > until;
}
