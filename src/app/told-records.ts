// Gives a publisher's fold what records tell. Owns which sessions come from which box: what no record tells any more is forgotten, and a turn
// that is over and forgotten is not shown again because its machine was away for longer than that.

import type { Session } from '../core/session.ts';
import { judge, type StatusLimits } from '../core/status.ts';
import { treeOf } from '../core/tree.ts';
import { ToldKeys } from '../fleet/told-keys.ts';
import type { TellingHost } from './sources.ts';

export class ToldRecords {
  readonly #host: Pick<TellingHost, 'sessions' | 'tell' | 'untell'>;
  readonly #limits: StatusLimits;
  readonly #source: string;
  readonly #keys = new ToldKeys();

  constructor(host: Pick<TellingHost, 'sessions' | 'tell' | 'untell'>, limits: StatusLimits, source: string) {
    this.#host = host;
    this.#limits = limits;
    this.#source = source;
  }

  /** Takes the sessions of the newest record of a box, that of its turn last. */
  take(sessions: readonly Session[]): void {
    const root = sessions.at(-1);
    const boxId = root?.turns[0]?.boxId;
    if (root === undefined || boxId === undefined || this.#isForgotten(root, boxId, sessions)) return;
    const keys = sessions.map(({ key }) => key);
    for (const key of this.#keys.set(boxId, keys)) this.#host.untell(key);
    for (const session of sessions) this.#host.tell(session, this.#source);
  }

  /** Its gateway tells that box no more. */
  forget(boxId: string): void {
    this.#keys.forget(boxId);
  }

  /** It was told before, nobody shows it any more, and it is still over. */
  #isForgotten({ key }: Session, boxId: string, sessions: readonly Session[]): boolean {
    if (!this.#keys.has(boxId)) return false;
    const isThere =
      this.#host
        .sessions()
        .get(key)
        ?.turns.some((turn) => turn.boxId === boxId) === true;
    return !isThere && this.#isOver(sessions);
  }

  #isOver(sessions: readonly Session[]): boolean {
    const [root, turn] = [sessions.at(-1), sessions.at(-1)?.turns[0]];
    if (root === undefined || turn === undefined) return true;
    return judge(treeOf(new Map(sessions.map((session) => [session.key, session])), root, turn), this.#limits).status.final;
  }
}
