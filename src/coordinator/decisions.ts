// Keeps approvals that were decided until it is known by whom, or until nobody will say it any more. Each becomes one ledger entry.

import type { Change } from '../core/fold.ts';
import { homeOf, isPublic } from '../core/home.ts';
import type { Session, SessionsByKey, Turn } from '../core/session.ts';
import { rootOf } from '../core/tree.ts';
import { type EndedWait, endedWaits } from '../core/waiting.ts';
import { conversationOf } from './actor.ts';

/** Plain data for the checkpoint. */
export interface Decided {
  at: number;
  /** By our clock: whoever knows more has said it by then. */
  dueAt: number;
  sessionKey: string;
  conversation: string;
  waitId: string;
  /** The source that told of it. */
  source: string;
  outcome: Decision;
  /** What people were shown; absent where no box may show it. */
  text?: string;
  by?: string;
}

type Decision = keyof typeof WORDS;

/** A run that ended without an answer decided nothing. */
const WORDS = {
  allowed: 'allowed',
  allowed_once: 'allowed once',
  allowed_always: 'allowed always',
  denied: 'denied',
  expired: 'expired',
  answered: 'answered, how is not told',
} as const;

/** The action of such an entry. */
export const DECISION_ACTION = 'approval_decided';
const SETTLE_MS = 10_000; // the post that answered is found within a second or two
const MAX_PENDING = 500;
const NOBODY = new Set<Decision>(['expired']);

export class Decisions {
  #pending: Decided[];

  constructor(stored: readonly Decided[] | undefined) {
    this.#pending = [...(stored ?? [])];
  }

  stored(): Decided[] {
    return this.#pending;
  }

  /** Takes the approvals that a change ended, or who decided one that had ended. Returns whether there is something to store. */
  apply(change: Change, sessions: SessionsByKey, now: number): boolean {
    const decided = endedWaits(change).flatMap((wait) => decidedIn(wait, change, sessions, now));
    const isLearnt = this.#learn(change);
    this.#pending = [...this.#pending, ...decided].slice(-MAX_PENDING);
    return isLearnt || decided.length > 0;
  }

  /** The end of a wait may be told again, by somebody who knows more. */
  #learn({ event }: Change): boolean {
    if (event.type !== 'waiting_ended') return false;
    const { outcome, by, waitId, sessionKey } = event;
    const known = this.#pending.find((one) => one.waitId === waitId && one.sessionKey === sessionKey);
    if (known === undefined) return false;
    const isBetter = isDecision(outcome) && vagueness(outcome) < vagueness(known.outcome);
    this.#pending = this.#pending.map((one) =>
      one === known ? { ...one, ...(isBetter ? { outcome } : {}), ...(by === undefined ? {} : { by }) } : one,
    );
    return isBetter || by !== undefined;
  }

  /** Takes out those of which nothing more will be known. */
  takeDue(now: number): Decided[] {
    const due = this.#pending.filter(({ by, dueAt, outcome }) => by !== undefined || NOBODY.has(outcome) || now >= dueAt);
    if (due.length > 0) this.#pending = this.#pending.filter((one) => !due.includes(one));
    return due;
  }
}

function decidedIn(wait: EndedWait, { after: session, event }: Change, sessions: SessionsByKey, now: number): Decided[] {
  const turn = session.turns.find(({ boxId }) => boxId === wait.boxId);
  const { on, outcome, waitId, at, by, text } = wait;
  if (on !== 'approval' || !isDecision(outcome) || turn === undefined) return [];
  const root = rootOf(sessions, session, turn) ?? { session, turn };
  return [
    {
      at,
      dueAt: now + SETTLE_MS,
      sessionKey: session.key,
      conversation: conversationOf(root),
      waitId,
      source: event.source,
      outcome,
      ...(text === undefined || !mayBeShown(root) ? {} : { text }),
      ...(by === undefined ? {} : { by }),
    },
  ];
}

/** From the least to the most that a decision leaves open. */
function vagueness(decision: Decision): number {
  return decision === 'answered' ? 2 : decision === 'allowed' ? 1 : 0;
}

function isDecision(outcome: string | undefined): outcome is Decision {
  return outcome !== undefined && Object.hasOwn(WORDS, outcome);
}

/** Whether a channel shows the turn. Where a rule of `ROUTES` sends it, its source has left out what may not be shown. */
function mayBeShown({ session, turn }: { session: Session; turn: Turn }): boolean {
  const home = homeOf(turn);
  return session.address !== undefined || home?.kind === 'channel' || (home?.kind === 'elsewhere' && isPublic(home.audience));
}

/** `allowed once in session …, conversation …, approval 49b6f438-…, by @alice; it showed: rm -rf build` */
export function sentenceOf({ outcome, sessionKey, conversation, waitId, source, by, text }: Decided): string {
  const who = NOBODY.has(outcome) ? 'nobody answered' : by === undefined ? `by whom: not told by the ${source}` : `by ${by}`;
  const shown = text === undefined ? 'its text was shown in no channel' : `it showed: ${text}`;
  return `${WORDS[outcome]} in session ${sessionKey}, conversation ${conversation}, approval ${waitId}, ${who}; ${shown}`;
}
