// Owns how fast questions are asked that nobody waits for. Knows nothing of what is asked.

import type { Clock } from '../../core/clock.ts';
import type { Transport } from './transport.ts';

const BURST_MS = 1_000; // after a rest, what a second allows goes at once
const LONGEST_WAIT_MS = 1_000; // a search must come to its end although boxes use up the whole budget

/**
 * The same transport; a request marked `background` takes only what the others leave of `perSecond` requests, and at least one a second.
 * A search through channels asks as many questions as the server's answers give reason to, so it is the server that must not set the pace.
 */
export function withBackgroundPace(transport: Transport, clock: Clock, perSecond: number): Transport {
  const intervalMs = 1_000 / perSecond;
  let freeAt = Number.NEGATIVE_INFINITY;
  let queue = Promise.resolve();

  function take(): number {
    const now = clock.monotonic();
    freeAt = Math.max(freeAt, now - BURST_MS) + intervalMs;
    return freeAt - now;
  }

  async function waitForRoom(): Promise<void> {
    const waitMs = Math.min(take(), LONGEST_WAIT_MS);
    if (waitMs > 0) await new Promise<void>((resolve) => clock.after(waitMs, resolve));
  }

  /** One after the other: what is asked at once must not wait for the same moment. */
  function waitInTurn(): Promise<void> {
    const turn = queue.then(waitForRoom);
    queue = turn;
    return turn;
  }

  return async (request) => {
    if (request.background === true) await waitInTurn();
    else take();
    return transport(request);
  };
}
