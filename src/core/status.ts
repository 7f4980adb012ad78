// Derives the state of a turn from the folded events alone, as of the session's `asOf`.

import type { TurnStatus } from './card.ts';
import type { Turn, TurnTree } from './session.ts';
import { Moment } from './moment.ts';
import { pendingCalls } from './calls.ts';
import { hasOpenRun } from './turn.ts';

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
  /** Until then no state in it changes by time alone. */
  holdsUntil: number;
}

/** A turn whose own state is still to be derived. */
type Unjudged = Omit<JudgedTree, 'status' | 'holdsUntil'>;

/** What a state depends on beside the events. */
interface Context extends StatusLimits {
  moment: Moment;
}

/** Derives each state once, from the bottom up: that of a turn depends on those of its sub-agents. */
export function judge(tree: TurnTree, limits: StatusLimits): JudgedTree {
  const { idleTimeoutMs, maxDurationMs } = limits;
  const { asOf, silentSince } = tree.session;
  const known = judgeIn(tree, { idleTimeoutMs, maxDurationMs, moment: new Moment(silentSince ?? asOf) });
  return silentSince === undefined ? known : silenced(known, { moment: new Moment(asOf), silentMs: asOf - silentSince });
}

/** The tree whose gateway is silent: what has ended has ended, who waits for a person waits, and of the rest nobody knows whether it goes on. */
function silenced(tree: JudgedTree, now: { moment: Moment; silentMs: number }): JudgedTree {
  const childrenByKey = Object.fromEntries(Object.entries(tree.childrenByKey).map(([key, child]) => [key, silenced(child, now)]));
  return { ...tree, childrenByKey, status: unheard(tree, now), holdsUntil: now.moment.holdsUntil };
}

function unheard({ status, turn }: JudgedTree, { moment, silentMs }: { moment: Moment; silentMs: number }): TurnStatus {
  if (status.final) return status;
  return { ...(waitingIn(turn, moment) ?? { state: 'silent', final: false }), silentMs };
}

/** Up to when it is known what a turn does. */
export function knownUntil({ session, status }: JudgedTree): number {
  return session.asOf - (status.silentMs ?? 0);
}

function judgeIn(tree: TurnTree, context: Context): JudgedTree {
  const childrenByKey = Object.fromEntries(Object.entries(tree.childrenByKey).map(([key, child]) => [key, judgeIn(child, context)]));
  const judged = { ...tree, childrenByKey };
  return { ...judged, status: stateOf(judged, context), holdsUntil: context.moment.holdsUntil };
}

/** The state of the tree's own turn. */
export function statusOf(tree: TurnTree, limits: StatusLimits): TurnStatus {
  return judge(tree, limits).status;
}

function stateOf(tree: Unjudged, context: Context): TurnStatus {
  const status = undisturbed(tree, context);
  if (status.final || tree.turn.interruptedAt === undefined) return status;
  return { state: 'interrupted', final: true, endedAt: tree.turn.interruptedAt };
}

function undisturbed(tree: Unjudged, context: Context): TurnStatus {
  const { turn } = tree;
  const waiting = waitingIn(turn, context.moment);
  if (waiting !== undefined) return waiting;
  if (turn.retry !== undefined) return retrying(tree, turn.retry, context);
  if (isAlive(tree, context)) return activeOrQuiet(tree, context);
  return turn.end === undefined ? unended(tree, context) : ended(tree, context);
}

function waitingIn(turn: Turn, moment: Moment): TurnStatus | undefined {
  const waiting = turn.waiting.findLast(({ until }) => until === undefined || moment.isBefore(until));
  return waiting === undefined ? undefined : { state: 'waiting', final: false, waitingOn: waiting.on };
}

/** A retry that has begun may think for as long as any other run. */
function retrying(tree: Unjudged, retry: NonNullable<Turn['retry']>, context: Context): TurnStatus {
  const until = Math.max(retry.at + RETRY_GRACE_MS, (retry.nextAt ?? 0) + Math.max(RETRY_GRACE_MS, context.idleTimeoutMs));
  const { turn, session } = tree;
  const { moment } = context;
  if (session.tellsLoss === true || hasOpenRun(turn) || moment.isBefore(turn.busyUntil) || moment.isBefore(until))
    return { state: 'retry', final: false, retry };
  return { state: 'error', final: true, reason: retry.reason, endedAt: retry.at };
}

/** Signs of life that are not activity: they keep a box open without making it younger. */
function isAlive(tree: Unjudged, context: Context): boolean {
  const { turn } = tree;
  const { moment, idleTimeoutMs } = context;
  if (hasOpenRun(turn) || moment.isBefore(turn.busyUntil)) return true;
  if (pendingCalls(turn).length > 0 && isTrusted(tree, CALL_TRUSTED_MS, moment)) return true;
  if (turn.background.length > 0 && isTrusted(tree, idleTimeoutMs, moment)) return true;
  return Object.entries(turn.childrenByKey).some(([key, { isWorker }]) => isWorker !== true && isChildPending(tree, key, moment));
}

/** Whether the turn has not been silent for that long yet. Where its source tells a loss, silence means nothing. */
function isTrusted({ session, turn }: Unjudged, silentMs: number, moment: Moment): boolean {
  return session.tellsLoss === true || moment.isBefore(turn.lastEventAt + silentMs);
}

function isChildPending(tree: Unjudged, childKey: string, moment: Moment): boolean {
  const child = tree.childrenByKey[childKey];
  if (child === undefined) return moment.isBefore(tree.turn.lastEventAt + CHILD_EXPECTED_MS);
  return !child.status.final;
}

function activeOrQuiet(tree: Unjudged, context: Context): TurnStatus {
  const eventAt = lastEventAt(tree);
  if (context.moment.isBefore(eventAt + QUIET_AFTER_MS) || hasRunningCall(tree, context)) return { state: 'active', final: false };
  return { state: 'quiet', final: false, quietMs: tree.session.asOf - eventAt };
}

/** A running tool is work, not silence. */
function hasRunningCall(tree: Unjudged, context: Context): boolean {
  return pendingCalls(tree.turn).length > 0 || children(tree).some((child) => isAlive(child, context) && hasRunningCall(child, context));
}

/** The last real event anywhere in the tree. */
export function lastEventAt(tree: TurnTree): number {
  return Math.max(tree.turn.lastEventAt, ...children(tree).map(lastEventAt));
}

function children<T extends TurnTree>({ childrenByKey }: { childrenByKey: Record<string, T> }): T[] {
  return Object.values(childrenByKey);
}

/** Those whose end is awaited. */
function spawned<T extends TurnTree>({ turn, childrenByKey }: { turn: Turn; childrenByKey: Record<string, T> }): T[] {
  return Object.entries(childrenByKey).flatMap(([key, child]) => (turn.childrenByKey[key]?.isWorker === true ? [] : [child]));
}

/** No end was seen and nothing lives: idle long enough means over. */
function unended(tree: Unjudged, context: Context): TurnStatus {
  return isTrusted(tree, context.idleTimeoutMs, context.moment) ? activeOrQuiet(tree, context) : endedUnseen(tree, context);
}

function endedUnseen({ session, turn: { lastEventAt: endedAt, startedAt } }: Unjudged, limits: StatusLimits): TurnStatus {
  const isTooLong = session.tellsLoss !== true && endedAt + limits.idleTimeoutMs - startedAt >= limits.maxDurationMs;
  return isTooLong ? { state: 'timeout', final: true, reason: 'time limit', endedAt } : { state: 'done_unseen', final: true, endedAt };
}

function ended(tree: Unjudged, context: Context): TurnStatus {
  const end = tree.turn.end;
  if (end === undefined) return unended(tree, context);
  if (end.outcome === 'unseen') return endedUnseen(tree, context);
  if (end.outcome === 'done' && awaitsAnnouncement(tree, context.moment)) return activeOrQuiet(tree, context);
  const reason = end.reason === undefined ? {} : { reason: end.reason };
  return { state: STATE_OF_OUTCOME[end.outcome], final: true, endedAt: Math.max(end.at, ...spawned(tree).map(endOf)), ...reason };
}

const STATE_OF_OUTCOME = {
  done: 'done',
  failed: 'error',
  aborted: 'aborted',
  timed_out: 'timeout',
  lost: 'lost',
  released: 'released',
  cancelled: 'cancelled',
  rejected: 'rejected',
  stopped: 'stopped',
} as const;

/** The parent usually writes once more after its last sub-agent ended. */
function awaitsAnnouncement(tree: TurnTree, moment: Moment): boolean {
  const childEndAt = Math.max(0, ...spawned(tree).map(endOf));
  return childEndAt > 0 && tree.turn.lastEventAt <= childEndAt && moment.isBefore(childEndAt + SETTLE_MS);
}

function endOf(tree: TurnTree): number {
  return tree.turn.end?.at ?? tree.turn.lastEventAt;
}
