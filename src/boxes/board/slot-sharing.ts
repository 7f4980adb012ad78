// Gives the slots to the boxes that need them most. The entries keep who has one.

import type { BoxEntry } from './box-entry.ts';
import { chooseSlots } from './box-policy.ts';

/** What slots depend on beside the entry; looked up only where it matters. */
interface SlotFacts {
  agentOf(entry: BoxEntry): string;
  lastEventAtOf(entry: BoxEntry): number;
}

/** Shares out `limit` slots among the open boxes, and returns those that have newly got one. */
export function shareSlots(entries: readonly BoxEntry[], limit: number, { agentOf, lastEventAtOf }: SlotFacts): BoxEntry[] {
  const open = entries.filter((entry) => entry.phase === 'placed' && !entry.final);
  const candidates = open.map((entry) => {
    const { boxId, holdsSlot, openedAt, state } = entry;
    const quiet = state === 'quiet';
    return { boxId, agentId: agentOf(entry), holdsSlot, openedAt, lastEventAt: quiet ? lastEventAtOf(entry) : 0, quiet };
  });
  const chosen = chooseSlots(candidates, limit);
  const gained = open.filter(({ boxId, holdsSlot }) => chosen.has(boxId) && !holdsSlot);
  for (const entry of open) entry.holdsSlot = chosen.has(entry.boxId);
  return gained;
}
