// Slows down requests that nobody waits for. Does not know what they request.

import type { Clock } from '../../core/clock.ts';
import { wait } from '../../core/wait.ts';
import type { Transport } from './transport.ts';

const BURST_MS = 1_000; // after a pause, the requests of one second may go at once
const LONGEST_WAIT_MS = 1_000; // a search must come to its end although boxes use up the whole budget

/**
 * The same transport. Requests marked `background` use only what the others leave of `perSecond` requests, and at least one a second.
 * The server's answers decide how many requests a search through channels needs. So the server must not set its pace.
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
    if (waitMs > 0) await wait(clock, waitMs);
  }

  /** One after the other: requests of the same moment must not all wait for the same moment. */
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
