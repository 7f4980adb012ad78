// Adds what model calls cost by the operator's prices, until the program itself says what the run has cost: then its figure counts.

import type { SourcePorts } from '../../core/source.ts';
import type { Fact } from './session-facts.ts';

/** One session with its sub-agents. */
export class EstimatedCost {
  readonly #costOf: NonNullable<SourcePorts['costOf']>;
  /** What was added since the newest prompt. Several lines may tell of the same message. */
  readonly #usdByMessage = new Map<string, number>();
  #isTold = false;

  constructor(costOf: NonNullable<SourcePorts['costOf']>) {
    this.#costOf = costOf;
  }

  /** The fact with what it costs. */
  apply(fact: Fact, isOfSubAgent: boolean): Fact {
    if (fact.kind === 'used') return this.#isTold ? fact : this.#estimated(fact);
    if (fact.kind === 'cost') return { ...fact, usd: fact.usd - this.#replaced() };
    if (!isOfSubAgent && (fact.kind === 'prompt' || fact.kind === 'resumed')) this.#isTold = false;
    if (!isOfSubAgent && fact.kind === 'prompt') this.#usdByMessage.clear();
    return fact;
  }

  #estimated(fact: Extract<Fact, { kind: 'used' }>): Fact {
    const costUsd = this.#costOf(fact.model, fact.usage);
    if (costUsd > 0) this.#usdByMessage.set(fact.messageId, costUsd);
    return { ...fact, usage: { ...fact.usage, costUsd } };
  }

  /** The sub-agents' files may be read later than the line with the figure, which contains them. */
  #replaced(): number {
    const sum = [...this.#usdByMessage.values()].reduce((total, usd) => total + usd, 0);
    this.#usdByMessage.clear();
    this.#isTold = true;
    return sum;
  }
}
