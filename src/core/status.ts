// Derives the state of a turn from the folded events alone, as of the session's `asOf`.

import type { TurnStatus } from './card.ts';
import type { Turn, TurnTree } from './session.ts';
import { hasOpenRun, openWaits, pendingCalls } from './turn.ts';

/** From the configuration, in milliseconds. */
export interface StatusLimits {
  /** Inactivity without any sign of life before a turn counts as done. */
  idleTimeoutMs: number;
  /** A turn older than this that goes idle timed out rather than ended. */
  maxDurationMs: number;
}

const QUIET_AFTER_MS = 30_000; // the first quiet tick
const SETTLE_MS = 10_000; // after its sub-agents a turn waits this long for their announcement
const RETRY_GRACE_MS = 35_000; // the longest back-off seen is 30 s
const CALL_TRUSTED_MS = 4 * 3_600_000; // a call without a result is trusted to run this long after the last event
const CHILD_EXPECTED_MS = 60_000; // a spawned sub-agent shows its first sign within this time, or never

/** A turn with its state, and so everything below it. */
export interface JudgedTree extends TurnTree {
  status: TurnStatus;
  childrenByKey: Record<string, JudgedTree>;
}

/** A turn whose own state is still to be derived. */
type Unjudged = Omit<JudgedTree, 'status'>;

/** Derives each state once, from the bottom up: that of a turn depends on those of its sub-agents. */
export function judge(tree: TurnTree, limits: StatusLimits): JudgedTree {
  const childrenByKey = Object.fromEntries(Object.entries(tree.childrenByKey).map(([key, child]) => [key, judge(child, limits)]));
  const judged = { ...tree, childrenByKey };
  return { ...judged, status: stateOf(judged, limits) };
}

/** The state of the tree's own turn. */
export function statusOf(tree: TurnTree, limits: StatusLimits): TurnStatus {
  return judge(tree, limits).status;
}

function stateOf(tree: Unjudged, limits: StatusLimits): TurnStatus {
  const status = undisturbed(tree, limits);
  if (status.final || tree.turn.interruptedAt === undefined) return status;
  return { state: 'interrupted', final: true, endedAt: tree.turn.interruptedAt };
}

function undisturbed(tree: Unjudged, limits: StatusLimits): TurnStatus {
  const { turn } = tree;
  const waiting = openWaits(turn, tree.session.asOf).at(-1);
  if (waiting !== undefined) return { state: 'waiting', final: false, waitingOn: waiting.on };
  if (turn.retry !== undefined) return retrying(tree, turn.retry, limits);
  if (isAlive(tree, limits)) return activeOrQuiet(tree, limits);
  return turn.end === undefined ? unended(tree, limits) : ended(tree, limits);
}

/** A retry that has begun may think for as long as any other run. */
function retrying(tree: Unjudged, retry: NonNullable<Turn['retry']>, limits: StatusLimits): TurnStatus {
  const until = Math.max(retry.at + RETRY_GRACE_MS, (retry.nextAt ?? 0) + Math.max(RETRY_GRACE_MS, limits.idleTimeoutMs));
  const { turn, session } = tree;
  if (session.tellsLoss === true || turn.busyUntil > session.asOf || hasOpenRun(turn) || session.asOf < until)
    return { state: 'retry', final: false, retry };
  return { state: 'error', final: true, reason: retry.reason, endedAt: retry.at };
}

/** Signs of life that are not activity: they keep a box open without making it younger. */
function isAlive(tree: Unjudged, limits: StatusLimits): boolean {
  const { turn, session } = tree;
  if (hasOpenRun(turn) || turn.busyUntil > session.asOf) return true;
  if (pendingCalls(turn).length > 0 && silenceMs(tree) < CALL_TRUSTED_MS) return true;
  if (turn.background.length > 0 && silenceMs(tree) < limits.idleTimeoutMs) return true;
  return Object.keys(turn.childrenByKey).some((key) => isChildPending(tree, key));
}

/** How long the turn has given no sign. Where its source tells a loss, that means nothing. */
function silenceMs({ session, turn }: Unjudged): number {
  return session.tellsLoss === true ? 0 : session.asOf - turn.lastEventAt;
}

function isChildPending(tree: Unjudged, childKey: string): boolean {
  const child = tree.childrenByKey[childKey];
  if (child === undefined) return tree.session.asOf - tree.turn.lastEventAt < CHILD_EXPECTED_MS;
  return !child.status.final;
}

function activeOrQuiet(tree: Unjudged, limits: StatusLimits): TurnStatus {
  const quietMs = tree.session.asOf - lastEventAt(tree);
  if (quietMs < QUIET_AFTER_MS || hasRunningCall(tree, limits)) return { state: 'active', final: false };
  return { state: 'quiet', final: false, quietMs };
}

/** A running tool is work, not silence. */
function hasRunningCall(tree: Unjudged, limits: StatusLimits): boolean {
  return pendingCalls(tree.turn).length > 0 || children(tree).some((child) => isAlive(child, limits) && hasRunningCall(child, limits));
}

/** The last real event anywhere in the tree. */
export function lastEventAt(tree: TurnTree): number {
  return Math.max(tree.turn.lastEventAt, ...children(tree).map(lastEventAt));
}

function children<T extends TurnTree>({ childrenByKey }: { childrenByKey: Record<string, T> }): T[] {
  return Object.values(childrenByKey);
}

/** No end was seen and nothing lives: idle long enough means over. */
function unended(tree: Unjudged, limits: StatusLimits): TurnStatus {
  return silenceMs(tree) < limits.idleTimeoutMs ? activeOrQuiet(tree, limits) : endedUnseen(tree, limits);
}

function endedUnseen({ session, turn: { lastEventAt: endedAt, startedAt } }: Unjudged, limits: StatusLimits): TurnStatus {
  const isTooLong = session.tellsLoss !== true && endedAt + limits.idleTimeoutMs - startedAt >= limits.maxDurationMs;
  return isTooLong ? { state: 'timeout', final: true, reason: 'time limit', endedAt } : { state: 'done_unseen', final: true, endedAt };
}

function ended(tree: Unjudged, limits: StatusLimits): TurnStatus {
  const end = tree.turn.end;
  if (end === undefined) return unended(tree, limits);
  if (end.outcome === 'unseen') return endedUnseen(tree, limits);
  if (end.outcome === 'done' && awaitsAnnouncement(tree)) return activeOrQuiet(tree, limits);
  const reason = end.reason === undefined ? {} : { reason: end.reason };
  return { state: STATE_OF_OUTCOME[end.outcome], final: true, endedAt: Math.max(end.at, ...children(tree).map(endOf)), ...reason };
}

const STATE_OF_OUTCOME = { done: 'done', failed: 'error', aborted: 'aborted', timed_out: 'timeout', lost: 'lost' } as const;

/** The parent usually writes once more after its last sub-agent ended. */
function awaitsAnnouncement(tree: TurnTree): boolean {
  const childEndAt = Math.max(0, ...children(tree).map(endOf));
  return childEndAt > 0 && tree.turn.lastEventAt <= childEndAt && tree.session.asOf < childEndAt + SETTLE_MS;
}

function endOf(tree: TurnTree): number {
  return tree.turn.end?.at ?? tree.turn.lastEventAt;
}
