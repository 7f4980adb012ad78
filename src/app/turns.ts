// Owns who may ask next, so that whoever makes up sessions by the thousand waits for their places alone. Knows nothing of what is asked.

import { type Budget, type BudgetLimits, fullBudget, refill, take, tokenAt } from '../boxes/publish/budget.ts';
import type { Clock } from '../core/clock.ts';

/** Agents take turns; all of them together keep to the limits. */
export class Turns {
  readonly #clock: Pick<Clock, 'monotonic' | 'after'>;
  readonly #limits: BudgetLimits;
  readonly #waitingByAgent = new Map<string, (() => void)[]>();
  #budget: Budget;
  #isTimed = false;

  constructor(clock: Pick<Clock, 'monotonic' | 'after'>, limits: BudgetLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#budget = fullBudget(limits, clock.monotonic());
  }

  /** Resolves when it is this agent's turn. */
  next(agent: string): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waitingByAgent.get(agent) ?? [];
      waiting.push(resolve);
      this.#waitingByAgent.set(agent, waiting);
      if (!this.#isTimed) this.#serve();
    });
  }

  #serve(): void {
    for (const [agent, waiting] of this.#waitingByAgent) {
      const now = this.#clock.monotonic();
      this.#budget = refill(this.#budget, this.#limits, now);
      const goesAt = tokenAt(this.#budget, this.#limits, 'urgent');
      if (goesAt > now) return this.#wait(goesAt - now);
      this.#budget = take(this.#budget, this.#limits);
      // Behind all others; the loop comes to it again.
      this.#waitingByAgent.delete(agent);
      if (waiting.length > 1) this.#waitingByAgent.set(agent, waiting);
      waiting.shift()?.();
    }
  }

  #wait(ms: number): void {
    this.#isTimed = true;
    this.#clock.after(ms, () => {
      this.#isTimed = false;
      this.#serve();
    });
  }
}
