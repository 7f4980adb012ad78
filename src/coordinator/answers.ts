// Finds the completed answer of each turn: keeps the newest reply until its turn has ended well, and counts each turn once.

import { addBounded, setBounded } from '../core/bounded-map.ts';
import type { Change } from '../core/fold.ts';
import type { Session, SessionsByKey, Turn } from '../core/session.ts';
import { type StatusLimits, statusOf } from '../core/status.ts';
import { treeOf } from '../core/tree.ts';
import { actorIn } from './actor.ts';
import { driftPercent } from './rules/drift.ts';
import type { Answered } from './rules/observation.ts';
import type { RolesByAgent } from './rules/role.ts';

/** The newest visible reply of a turn that has not been counted yet. */
interface Candidate {
  sessionKey: string;
  at: number;
  driftPercent?: number;
}

/** Plain data for the checkpoint. */
export interface StoredAnswers {
  candidatesByBox: Record<string, Candidate>;
  countedBoxes: string[];
}

export interface AnswersOptions {
  roles: RolesByAgent;
  limits: StatusLimits;
  /** Answers completed before this instant are not judged. */
  sinceAt: number;
}

/** An abort is first written as a normal stop, and sources differ in speed. So an answer counts, and is put in order, after this time. */
const SETTLE_MS = 2_000;
const MAX_COUNTED = 1_000;

export class Answers {
  readonly #options: AnswersOptions;
  readonly #candidatesByBox: Map<string, Candidate>;
  readonly #countedBoxes: Set<string>;
  readonly #instructionsByBox = new Map<string, string>();

  constructor(options: AnswersOptions, stored: StoredAnswers | undefined) {
    this.#options = options;
    this.#candidatesByBox = new Map(Object.entries(stored?.candidatesByBox ?? {}));
    this.#countedBoxes = new Set(stored?.countedBoxes);
  }

  stored(): StoredAnswers {
    return { candidatesByBox: Object.fromEntries(this.#candidatesByBox), countedBoxes: [...this.#countedBoxes] };
  }

  /** Keeps the replies and instructions of one session. Returns whether there is something to store. */
  apply({ event, after }: Change): boolean {
    if (event.type === 'turn_started' && event.trigger.kind === 'person' && event.text !== undefined)
      this.#keepInstruction(after, event.text);
    if (event.type !== 'message' || event.stop !== 'stop' || event.injected === true || !event.text) return false;
    const turn = after.turns.find(({ messageIds }) => messageIds.includes(event.messageId));
    if (turn === undefined || this.#countedBoxes.has(turn.boxId)) return false;
    const instruction = this.#instructionsByBox.get(turn.boxId);
    const drift = instruction === undefined ? {} : { driftPercent: driftPercent(instruction, event.text) };
    this.#candidatesByBox.set(turn.boxId, { sessionKey: after.key, at: event.at, ...drift });
    return true;
  }

  /** The answers that are complete by now, in the order they were given. Each turn gives one, once. */
  complete(sessions: SessionsByKey, now: number): Answered[] {
    const answers = [...this.#candidatesByBox].flatMap(([boxId, candidate]) => this.#judge(boxId, candidate, sessions, now));
    return answers.sort((a, b) => a.at - b.at);
  }

  #judge(boxId: string, candidate: Candidate, sessions: SessionsByKey, now: number): Answered[] {
    const session = sessions.get(candidate.sessionKey);
    const turn = session?.turns.find((other) => other.boxId === boxId);
    if (session === undefined || turn === undefined) {
      this.#candidatesByBox.delete(boxId);
      return [];
    }
    const endedAt = endOf(sessions, session, turn, this.#options.limits, now);
    if (endedAt === undefined || now < Math.max(endedAt, candidate.at) + SETTLE_MS) return [];
    this.#count(boxId);
    if (!isAskedInChannel(turn) || endedAt < this.#options.sinceAt) return [];
    const drift = candidate.driftPercent === undefined ? {} : { driftPercent: candidate.driftPercent };
    return [
      { type: 'answered', ...actorIn(sessions, this.#options.roles, session, turn, endedAt), turnStartedAt: turn.startedAt, ...drift },
    ];
  }

  #count(boxId: string): void {
    this.#candidatesByBox.delete(boxId);
    this.#instructionsByBox.delete(boxId);
    addBounded(this.#countedBoxes, boxId, MAX_COUNTED);
  }

  /** Kept in memory only: what people write is not stored. */
  #keepInstruction(session: Session, text: string): void {
    if (session.currentBoxId === undefined) return;
    setBounded(this.#instructionsByBox, session.currentBoxId, text, MAX_COUNTED);
  }
}

/** When the turn ended well, if it did. Signs of life from outside may outlast the reply and do not count. */
function endOf(sessions: SessionsByKey, session: Session, turn: Turn, limits: StatusLimits, now: number): number | undefined {
  const { interruptedAt: _interruptedAt, ...rest } = turn;
  const status = statusOf(treeOf(sessions, session, { ...rest, busyUntil: 0 }, now), limits);
  return status.final && status.state === 'done' ? (status.endedAt ?? now) : undefined;
}

function isAskedInChannel({ trigger, route }: Turn): boolean {
  return trigger.kind === 'person' && route?.kind === 'channel';
}
