// Gives the slots of boxes that are kept up to date to those that need them most (LS-16). Owns nothing: slots are marked in the entries.

import type { BoxEntry } from './box-entry.ts';
import { chooseSlots } from './policy.ts';

/** What the slots depend on that is not in an entry; asked only where it matters. */
interface SlotLooks {
  agentOf(entry: BoxEntry): string;
  lastEventAtOf(entry: BoxEntry): number;
}

/** Shares out `limit` slots among the boxes that are open, and returns those that have got one. */
export function shareSlots(entries: readonly BoxEntry[], limit: number, { agentOf, lastEventAtOf }: SlotLooks): BoxEntry[] {
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
