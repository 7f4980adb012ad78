// Finds in one turn what somebody should be called for: a wait that lasts, a failure or an end after long. Pure.

import type { BoxState } from '../core/card.ts';
import type { TurnTree } from '../core/session.ts';
import type { JudgedTree } from '../core/status.ts';
import { waitsIn, type Wait } from '../core/waiting.ts';

export interface CallLimits {
  /** A turn that fails sooner calls nobody. */
  failedAfterMs: number;
  /** A turn that is done sooner calls nobody. */
  doneAfterMs: number;
}

const WAIT_LASTS_MS = 10_000; // what is answered sooner needs no call
const END_SETTLES_MS = 3_000; // an abort first writes a normal end
const NEWS_FOR_MS = 3_600_000; // of an end that was longer ago, nobody has to be called

/** A wait that is open, with its name: the turn that waits, and the source's id of the wait. */
export interface OpenWait {
  key: string;
  wait: Wait;
  /** From then on it calls. */
  callsAt: number;
}

/** All that waits in this turn and below. */
export function openWaitsOf(tree: TurnTree, now: number): OpenWait[] {
  const own = waitsIn(tree.turn, now).map((wait) => ({ key: waitKey(wait), wait, callsAt: wait.since + WAIT_LASTS_MS }));
  return [...own, ...Object.values(tree.childrenByKey).flatMap((child) => openWaitsOf(child, now))];
}

export function waitKey({ boxId, waitId }: Pick<Wait, 'boxId' | 'waitId'>): string {
  return `${boxId} ${waitId}`;
}

/** What the end of a turn calls for, and from when on; `undefined`: it calls nobody. */
export function endingOf(tree: JudgedTree, limits: CallLimits, now: number): { kind: 'failed' | 'done'; callsAt: number } | undefined {
  const kind = tree.status.final ? howEnded(tree.status.state) : undefined;
  if (kind === undefined) return undefined;
  const { startedAt, lastEventAt } = tree.turn;
  const endedAt = tree.status.endedAt ?? lastEventAt;
  const isLong = endedAt - startedAt >= (kind === 'failed' ? limits.failedAfterMs : limits.doneAfterMs);
  return isLong && now - endedAt < NEWS_FOR_MS ? { kind, callsAt: endedAt + END_SETTLES_MS } : undefined;
}

/** `undefined` for what has not ended, and for what a person ended: who aborted or cancelled a turn knows it. */
export function howEnded(state: BoxState): 'failed' | 'done' | undefined {
  return KINDS[state];
}

const KINDS: Partial<Record<BoxState, 'failed' | 'done'>> = {
  done: 'done',
  done_unseen: 'done',
  released: 'done',
  error: 'failed',
  timeout: 'failed',
  lost: 'failed',
  rejected: 'failed',
  stopped: 'failed',
};
