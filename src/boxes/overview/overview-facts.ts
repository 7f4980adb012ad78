// Follows what a board says beside the open turns: who failed within the hour, and what was used today. Both outlive the turns themselves,
// which are forgotten sooner. Owns no post.

import type { RenderOptions } from '../render/render-options.ts';

import type { JudgedTree } from '../../core/status.ts';
import { lastEventAt } from '../../core/status.ts';
import { usageOfTree } from '../../core/tree.ts';
import { lineOf, type Spending } from './overview-card.ts';
import type { Failure, OverviewRecord } from './overview-record.ts';
import { FAILED_FOR_MS, mayBeListed, overviewRows } from './overview-rows.ts';

const MAX_FAILURES = 20;
const NOTHING: Spending = { tokens: 0, costUsd: 0 };

interface Seen extends Spending {
  /** The day on which it worked last. */
  day: string;
}

type Kept = Pick<OverviewRecord, 'failures' | 'day' | 'past'>;

export class OverviewFacts {
  readonly #dayOf: (at: number) => string;
  #seenByBox = new Map<string, Seen>();

  /** `dayOf` names the day of an instant. */
  constructor(dayOf: (at: number) => string) {
    this.#dayOf = dayOf;
  }

  /** What is to be kept after a look at the turns of the channel; the same object when nothing changed. */
  look(kept: Kept, trees: readonly JudgedTree[], now: number, options: RenderOptions): Kept {
    const failures = this.#failures(kept.failures, trees, now, options);
    const { day, past } = this.#past(kept, trees, now);
    const isSame = day === kept.day && past.tokens === kept.past.tokens && past.costUsd === kept.past.costUsd;
    return isSame && JSON.stringify(failures) === JSON.stringify(kept.failures) ? kept : { failures, day, past };
  }

  /** What was used today, by the turns that are known and those that are not known any more. A turn over midnight counts in whole. */
  spentToday({ day, past }: Kept, now: number): Spending {
    const today = this.#dayOf(now);
    const known = [...this.#seenByBox.values()].filter((seen) => seen.day === today);
    return known.reduce(sum, day === today ? past : NOTHING);
  }

  #failures(before: readonly Failure[], trees: readonly JudgedTree[], now: number, options: RenderOptions): Failure[] {
    const known = new Map(before.filter(({ at }) => now - at < FAILED_FOR_MS).map((failure) => [failure.boxId, failure]));
    for (const { turn } of trees) known.delete(turn.boxId); // it may have gone on
    for (const { group, boxId, tree } of overviewRows(trees, now))
      if (group === 'failed') known.set(boxId, { boxId, at: tree.status.endedAt ?? now, ...lineOf({ tree }, options) });
    return [...known.values()].toSorted((one, other) => other.at - one.at).slice(0, MAX_FAILURES);
  }

  #past(kept: Kept, trees: readonly JudgedTree[], now: number): Pick<Kept, 'day' | 'past'> {
    const today = this.#dayOf(now);
    const seenNow = new Map(
      trees.filter(mayBeListed).map((tree) => [tree.turn.boxId, { day: this.#dayOf(lastEventAt(tree)), ...spendingOf(tree) }]),
    );
    const gone = [...this.#seenByBox].filter(([boxId, seen]) => !seenNow.has(boxId) && seen.day === today);
    this.#seenByBox = seenNow;
    const past = gone.map(([, seen]) => seen).reduce(sum, kept.day === today ? kept.past : NOTHING);
    return past.tokens + past.costUsd === 0 ? { day: kept.day === today ? kept.day : '', past } : { day: today, past };
  }
}

function spendingOf(tree: JudgedTree): Spending {
  const { input, cacheWrite, output, costUsd } = usageOfTree(tree);
  return { tokens: input + cacheWrite + output, costUsd };
}

function sum(one: Spending, other: Spending): Spending {
  return { tokens: one.tokens + other.tokens, costUsd: one.costUsd + other.costUsd };
}
