// Lets agents make requests in turn. So an agent with thousands of sessions delays only its own. Does not know what is requested.

import type { RequestBudget } from '../publish/request-budget.ts';
import type { Clock } from '../../core/clock.ts';

/** Who asks, and for which box. */
export interface Asker {
  agent: string;
  boxId: string;
}

interface Waiting extends Asker {
  go: () => void;
}

/**
 * Agents are served in rotation, within the share that the budget has for looks and what nobody else wants of it. Boxes about which a
 * person should know something at once go before.
 */
export class FairQueue {
  readonly #clock: Pick<Clock, 'monotonic' | 'after'>;
  readonly #budget: RequestBudget;
  readonly #waitingByAgent = new Map<string, Waiting[]>();
  readonly #urgentIds = new Set<string>();
  readonly #urgent: Waiting[] = [];
  #cancelTimer: (() => void) | undefined;

  constructor(clock: Pick<Clock, 'monotonic' | 'after'>, budget: RequestBudget) {
    this.#clock = clock;
    this.#budget = budget;
  }

  /** Resolves when the next request for that box may be made. */
  wait(asker: Asker): Promise<void> {
    return new Promise((go) => {
      const { agent, boxId } = asker;
      const waiting = this.#urgentIds.has(boxId) ? this.#urgent : this.#linesOf(agent);
      waiting.push({ ...asker, go });
      this.#serve();
    });
  }

  /** From now on that box goes before others. */
  hurry({ agent, boxId }: Asker): void {
    if (this.#urgentIds.has(boxId)) return;
    this.#urgentIds.add(boxId);
    const waiting = this.#waitingByAgent.get(agent) ?? [];
    this.#urgent.push(...waiting.filter((each) => each.boxId === boxId));
    this.#setLines(
      agent,
      waiting.filter((each) => each.boxId !== boxId),
    );
    this.#serve();
  }

  /** Nothing more is asked for that box. */
  done(boxId: string): void {
    this.#urgentIds.delete(boxId);
  }

  #linesOf(agent: string): Waiting[] {
    const waiting = this.#waitingByAgent.get(agent) ?? [];
    this.#waitingByAgent.set(agent, waiting);
    return waiting;
  }

  #setLines(agent: string, waiting: Waiting[]): void {
    if (waiting.length === 0) this.#waitingByAgent.delete(agent);
    else this.#waitingByAgent.set(agent, waiting);
  }

  #serve(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    for (let next = this.#urgent[0]; next !== undefined; next = this.#urgent[0]) {
      if (!this.#takes('urgent')) return;
      this.#urgent.shift();
      next.go();
    }
    for (const [agent, waiting] of this.#waitingByAgent) {
      if (!this.#takes('look')) return;
      const next = waiting.shift();
      // The agent goes behind all others; the loop comes to it again.
      this.#waitingByAgent.delete(agent);
      this.#setLines(agent, waiting);
      next?.go();
    }
  }

  /** Whether the budget gives a token now; otherwise `#serve` is called again when it may. */
  #takes(claim: 'urgent' | 'look'): boolean {
    const now = this.#clock.monotonic();
    const [ownAt, spareAt] = [this.#budget.tokenAt(claim, now), this.#budget.tokenAt('spare', now)];
    if (Math.min(ownAt, spareAt) > now) {
      this.#cancelTimer = this.#clock.after(Math.min(ownAt, spareAt) - now, () => this.#serve());
      return false;
    }
    this.#budget.take(ownAt <= now ? claim : 'spare', now);
    return true;
  }
}
