// Lets agents make requests in turn. So an agent with thousands of sessions delays only its own. Does not know what is requested.

import { type Budget, type BudgetLimits, fullBudget, refill, take, tokenAt } from '../publish/budget.ts';
import type { Clock } from '../../core/clock.ts';

/** Agents are served in rotation; all of them together keep to the limits. */
export class FairQueue {
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

  /** Resolves when this agent may make its next request. */
  wait(agent: string): Promise<void> {
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
      if (goesAt > now) return this.#serveAfter(goesAt - now);
      this.#budget = take(this.#budget, this.#limits);
      // It goes behind all others; the loop comes to it again.
      this.#waitingByAgent.delete(agent);
      if (waiting.length > 1) this.#waitingByAgent.set(agent, waiting);
      waiting.shift()?.();
    }
  }

  #serveAfter(ms: number): void {
    this.#isTimed = true;
    this.#clock.after(ms, () => {
      this.#isTimed = false;
      this.#serve();
    });
  }
}
