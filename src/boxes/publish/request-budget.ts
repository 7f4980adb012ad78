// Holds the one budget that all requests of the daemon share. The rate is asked for anew each time, because it may adapt.

import { type Budget, type BudgetLimits, type Claim, fullBudget, refill, shrinkToReserve, take, tokenAt } from './budget.ts';

/** Every `now` is the caller's instant of the monotonic clock: a token that is there must not look like one to come. */
export class RequestBudget {
  readonly #limits: () => BudgetLimits;
  #budget: Budget;

  constructor(limits: () => BudgetLimits, now: number) {
    this.#limits = limits;
    this.#budget = fullBudget(limits(), now);
  }

  limits(): BudgetLimits {
    return this.#limits();
  }

  /** As it stands at the instant `now`. */
  at(now: number): Budget {
    this.#budget = refill(this.#budget, this.#limits(), now);
    return this.#budget;
  }

  /** The earliest instant at which such a request may go; not later than `now` means it may go now. */
  tokenAt(claim: Claim, now: number): number {
    return tokenAt(this.at(now), this.#limits(), claim);
  }

  take(claim: Claim, now: number): void {
    this.#budget = take(this.at(now), this.#limits(), claim);
  }

  /** The server has refused a request because there were too many. */
  shrink(now: number): void {
    this.#budget = shrinkToReserve(this.at(now), this.#limits());
  }
}
