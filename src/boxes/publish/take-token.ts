// Lets a request wait for its turn in the budget. Does not know what is requested.

import type { Clock } from '../../core/clock.ts';
import { wait } from '../../core/wait.ts';
import type { Claim } from './budget.ts';
import type { RequestBudget } from './request-budget.ts';

const LOOK_MS = 250; // whoever waits may have to hurry by then

/** Resolves when the budget gives such a request a token, or one to spare, or when `mayHurry` or `signal` says that it need not wait. */
export async function takeToken(
  { clock, budget }: { clock: Clock; budget: RequestBudget },
  claim: Claim,
  { mayHurry = () => false, signal }: { mayHurry?: () => boolean; signal?: AbortSignal } = {},
): Promise<void> {
  for (;;) {
    const now = clock.monotonic();
    const [ownAt, spareAt] = [budget.tokenAt(claim, now), budget.tokenAt('spare', now)];
    const goesAt = Math.min(ownAt, spareAt);
    if (goesAt <= now || mayHurry() || signal?.aborted === true) return budget.take(spareAt <= now && ownAt > now ? 'spare' : claim, now);
    await wait(clock, Math.min(goesAt - now, LOOK_MS), signal);
  }
}
