// Gives the slots to the boxes that need them most. The entries keep who has one.

import type { BoxEntry } from './box-entry.ts';
import { chooseSlots } from './box-policy.ts';

/** What slots depend on beside the entries; looked up only where it matters. */
interface SlotFacts {
  ownerOf(entry: BoxEntry): string;
  lastEventAtOf(entry: BoxEntry): number;
}

export class SlotSharing {
  readonly #facts: SlotFacts;
  readonly #needsById = new Map<string, string>();
  #isStale = true;

  constructor(facts: SlotFacts) {
    this.#facts = facts;
  }

  /** Call for each entry that may have changed: the slots are shared out again only when one of them needs more or less than before. */
  note(entry: BoxEntry): void {
    const { boxId, openedAt } = entry;
    const needs = isCandidate(entry) ? `${openedAt} ${isQuiet(entry)} ${this.#facts.ownerOf(entry)}` : undefined;
    if (this.#needsById.get(boxId) === needs) return;
    this.#isStale = true;
    if (needs === undefined) this.#needsById.delete(boxId);
    else this.#needsById.set(boxId, needs);
  }

  forget(boxId: string): void {
    if (this.#needsById.delete(boxId)) this.#isStale = true;
  }

  /** Shares out `limit` slots among the open boxes, and returns those that have newly got one. */
  share(entries: Iterable<BoxEntry>, limit: () => number): BoxEntry[] {
    if (!this.#isStale) return [];
    this.#isStale = false;
    const open = [...entries].filter(isCandidate);
    const candidates = open.map((entry) => {
      const { boxId, holdsSlot, openedAt } = entry;
      const quiet = isQuiet(entry);
      const lastEventAt = quiet ? this.#facts.lastEventAtOf(entry) : 0;
      return { boxId, owner: this.#facts.ownerOf(entry), holdsSlot, openedAt, lastEventAt, quiet };
    });
    const chosen = chooseSlots(candidates, limit());
    const gained = open.filter(({ boxId, holdsSlot }) => chosen.has(boxId) && !holdsSlot);
    for (const entry of open) entry.holdsSlot = chosen.has(entry.boxId);
    return gained;
  }
}

/** What says nothing gives its slot away first. */
function isQuiet({ state }: BoxEntry): boolean {
  return state === 'quiet' || state === 'silent';
}

function isCandidate({ phase, final }: BoxEntry): boolean {
  return phase === 'placed' && !final;
}
