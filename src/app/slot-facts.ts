// Pure: who holds the boxes that are kept up to date, and how many wait for one.

import type { BoardRow } from '../boxes/board/box-entry.ts';

/** How many wait, and while any do the agent that has most of the boxes. */
export function slotFacts(rows: readonly BoardRow[]): { withoutSlot: number; busiestAgent: string | undefined } {
  const withoutSlot = rows.filter(({ slot }) => slot === 'waits').length;
  if (withoutSlot === 0) return { withoutSlot, busiestAgent: undefined };
  const holders = Map.groupBy(
    rows.filter(({ slot }) => slot === 'has'),
    ({ agentId }) => agentId,
  );
  const [busiest] = [...holders].toSorted(([, one], [, other]) => other.length - one.length);
  return { withoutSlot, busiestAgent: busiest?.[0] };
}
