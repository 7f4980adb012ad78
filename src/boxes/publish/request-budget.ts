// Holds the one budget that all requests of the daemon share. The rate is asked for anew each time, because it may adapt.

import type { Clock } from '../../core/clock.ts';
import { type Budget, type BudgetLimits, type Claim, fullBudget, refill, shrinkToReserve, take, tokenAt } from './budget.ts';

export class RequestBudget {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #limits: () => BudgetLimits;
  #budget: Budget;

  constructor(clock: Pick<Clock, 'monotonic'>, limits: () => BudgetLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#budget = fullBudget(limits(), clock.monotonic());
  }

  limits(): BudgetLimits {
    return this.#limits();
  }

  /** As it stands now. */
  current(): Budget {
    this.#budget = refill(this.#budget, this.#limits(), this.#clock.monotonic());
    return this.#budget;
  }

  /** The earliest instant (monotonic) at which such a request may go. */
  tokenAt(claim: Claim): number {
    return tokenAt(this.current(), this.#limits(), claim);
  }

  take(claim: Claim): void {
    this.#budget = take(this.current(), this.#limits(), claim);
  }

  /** The server has refused a request because there were too many. */
  shrink(): void {
    this.#budget = shrinkToReserve(this.current(), this.#limits());
  }
}
