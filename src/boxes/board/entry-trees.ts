// Finds the turn of an entry, with everything below it. Entries name their turns only: the sessions may drop a turn at any time.

import type { SessionsByKey, TurnTree } from '../../core/session.ts';
import { type JudgedTree, judge, type StatusLimits } from '../../core/status.ts';
import { rootOf, treeOf } from '../../core/tree.ts';
import type { BoxEntry } from './box-entry.ts';

export class EntryTrees {
  readonly #sessions: SessionsByKey;
  readonly #limits: StatusLimits;

  constructor(sessions: SessionsByKey, limits: StatusLimits) {
    this.#sessions = sessions;
    this.#limits = limits;
  }

  /** The turn, if it is still known, at the instant `asOf` or at its newest event, whichever is later. */
  of({ sessionKey, boxId }: BoxEntry, asOf = 0): TurnTree | undefined {
    const session = this.#sessions.get(sessionKey);
    const turn = session?.turns.find((other) => other.boxId === boxId);
    return session === undefined || turn === undefined ? undefined : treeOf(this.#sessions, session, turn, asOf);
  }

  /** The same with its state. */
  judged(entry: BoxEntry, asOf = 0): JudgedTree | undefined {
    const tree = this.of(entry, asOf);
    return tree === undefined ? undefined : judge(tree, this.#limits);
  }
}

/** Whether the turn is drawn in the box of another one, for which it works. */
export function isGuest(sessions: SessionsByKey, tree: TurnTree | undefined): boolean {
  return tree?.turn.hostKey !== undefined && rootOf(sessions, tree.session, tree.turn)?.turn !== tree.turn;
}
