// Decides which turns get a box, and which of the open boxes keep their slot. Pure.

import type { TurnStatus } from '../../core/card.ts';
import { homeOf } from '../../core/home.ts';
import type { JudgedTree } from '../../core/status.ts';

export interface BoxPolicy {
  /** A turn that ends sooner gets no box; one that lasts longer gets it then. Milliseconds. */
  openAfterMs: number;
  /** When scheduled runs are shown. */
  schedule: 'failures' | 'all' | 'off';
  /** Whether an agent's sessions are shown at all. Those with an address are chosen by `ROUTES` alone, and nobody asks. */
  allowsAgent(agentId: string): boolean;
  /** Whether there are violations in the turn of that box: then it gets a post however short it was. */
  hasFindings?: (boxId: string) => boolean;
}

/** `later`: not yet, but it may open when something has happened, and opens at `opensAt` if it still runs then. */
export type Decision = { kind: 'open' } | { kind: 'later'; opensAt?: number } | { kind: 'never'; why: string };

const SCHEDULE_SHOWN_AFTER_MS = 60_000; // a scheduled run this long is worth a box
const UNKNOWN_OPENS_AFTER_MS = 15_000; // it may still turn out to be a heartbeat; those are answered in seconds

/** Whether the root turn of `tree` gets a box now. */
export function decideBox(tree: JudgedTree, policy: BoxPolicy): Decision {
  const { turn, session, status } = tree;
  if (session.address === undefined && !policy.allowsAgent(session.agentId))
    return { kind: 'never', why: `agent ${session.agentId} is not in AGENTS; add it there to show it` };
  if (policy.hasFindings?.(turn.boxId) === true) return { kind: 'open' };
  switch (turn.trigger.kind) {
    case 'schedule':
      return decideScheduled(tree, policy);
    case 'heartbeat':
      return isFailureOrWaiting(status) || Object.keys(turn.childrenByKey).length > 0
        ? { kind: 'open' }
        : notYet(status, 'a heartbeat that went well');
    case 'unknown':
      return openAfter(tree, mayBeHeartbeat(tree) ? Math.max(policy.openAfterMs, UNKNOWN_OPENS_AFTER_MS) : policy.openAfterMs);
    case 'person':
    case 'operator':
    case 'command':
    case 'parent':
    case 'announce':
    case 'recovery':
      return openAfter(tree, policy.openAfterMs);
    default:
      return turn.trigger satisfies never;
  }
}

function decideScheduled(tree: JudgedTree, policy: BoxPolicy): Decision {
  if (policy.schedule === 'off') return { kind: 'never', why: 'a scheduled run, and CRON=off; CRON=failures or CRON=all shows such runs' };
  if (policy.schedule === 'all') return openAfter(tree, policy.openAfterMs);
  return openAfter(tree, SCHEDULE_SHOWN_AFTER_MS, isFailureOrWaiting);
}

function openAfter({ turn, session, status }: JudgedTree, delayMs: number, opensAtOnce = isNoteworthy): Decision {
  if (opensAtOnce(status)) return { kind: 'open' };
  const opensAt = turn.startedAt + delayMs;
  const lastedUntil = status.final ? (status.endedAt ?? session.asOf) : session.asOf;
  if (lastedUntil >= opensAt) return { kind: 'open' };
  const tooShort = notYet(status, 'it ended too soon to be worth a post; OPEN_AFTER_MS says how long a turn must last');
  return tooShort.kind === 'later' ? { ...tooShort, opensAt } : tooShort;
}

function notYet(status: TurnStatus, why: string): Decision {
  return status.final ? { kind: 'never', why } : { kind: 'later' };
}

/** Heartbeats run in an OpenClaw agent's main session, never in a conversation's own one. */
function mayBeHeartbeat({ session, turn }: JudgedTree): boolean {
  return session.address === undefined && homeOf(turn)?.kind !== 'channel';
}

const FAILED_OR_WAITING: ReadonlySet<TurnStatus['state']> = new Set(['error', 'timeout', 'waiting', 'lost', 'rejected', 'stopped']);

/** States a person wants to know of, however short the turn was. */
function isNoteworthy(status: TurnStatus): boolean {
  return status.state === 'retry' || isFailureOrWaiting(status);
}

/** Turns that nobody waits for are shown when they failed; a retry is no failure yet. */
function isFailureOrWaiting({ state }: TurnStatus): boolean {
  return FAILED_OR_WAITING.has(state);
}

export interface SlotCandidate {
  boxId: string;
  /** Whose share the slot is. */
  owner: string;
  holdsSlot: boolean;
  openedAt: number;
  lastEventAt: number;
  quiet: boolean;
}

/**
 * Slots are shared among agents. Coding agents all have the name of their program, so there each project has a share of its own. In a fleet
 * each machine has one: whoever has broken into it names as many agents as they like.
 */
export function slotOwner(session: { agentId: string; address?: string; gateway?: string } | undefined): string {
  return session?.gateway ?? session?.address ?? session?.agentId ?? '';
}

/**
 * Chooses the boxes that are kept up to date when there are more than `limit`. Holders stay, but quiet ones give way to waiting turns. No
 * owner holds more than half of the slots while others wait; it may have those that they do not need.
 */
export function chooseSlots(candidates: readonly SlotCandidate[], limit: number): Set<string> {
  if (limit === 0 || candidates.length <= limit) return new Set(candidates.map((candidate) => candidate.boxId));
  const rank = (candidate: SlotCandidate): number => (candidate.holdsSlot && !candidate.quiet ? 0 : candidate.quiet ? 2 : 1);
  const ordered = candidates.toSorted(
    (a, b) => rank(a) - rank(b) || (rank(a) === 2 ? b.lastEventAt - a.lastEventAt : a.openedAt - b.openedAt),
  );
  const { within, beyond } = shared(ordered, Math.max(1, Math.floor(limit / 2)));
  return new Set([...within, ...beyond].slice(0, limit).map((candidate) => candidate.boxId));
}

/** The first `share` of each owner, and the others, both in their order. */
function shared(ordered: readonly SlotCandidate[], share: number): { within: SlotCandidate[]; beyond: SlotCandidate[] } {
  const countByOwner = new Map<string, number>();
  const isWithin = ({ owner }: SlotCandidate): boolean => {
    const count = (countByOwner.get(owner) ?? 0) + 1;
    countByOwner.set(owner, count);
    return count <= share;
  };
  const { within = [], beyond = [] } = Object.groupBy(ordered, (candidate) => (isWithin(candidate) ? 'within' : 'beyond'));
  return { within, beyond };
}
