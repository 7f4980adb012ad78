// Applies signs of life from outside the transcript to a turn: when they come, go away, or their source is lost.

import type { EventOf } from './event.ts';
import { endCalls, pendingCalls } from './calls.ts';
import { closeRun, endRuns, withoutQuestions } from './run-end.ts';
import type { Session, Turn } from './session.ts';
import { hasOpenRun, isAtRest, isBare } from './turn.ts';

/**
 * A row may show a stopped run as running for a quarter of a minute. So it only counts for sub-agents, and for
 * a lost turn if its owner has renewed it since.
 */
export function isLeftBehind({ turns, currentBoxId }: Session, { since, renewedAt }: EventOf<'busy_seen'>): boolean {
  const turn = turns.find(({ boxId }) => boxId === currentBoxId);
  if (turn?.end === undefined) return false;
  if (turn.end.outcome === 'lost') return renewedAt !== undefined && renewedAt <= turn.end.at;
  return since !== undefined && since < turn.end.at && Object.keys(turn.childrenByKey).length === 0;
}

/** A turn of which only signs of life were seen reopens with the next one. */
export function seeBusy(turn: Turn, { until }: EventOf<'busy_seen'>): Turn {
  const { end: _end, ...open } = turn;
  const seen = isBare(turn) ? open : turn;
  return until > turn.busyUntil ? { ...seen, busyUntil: until } : turn;
}

/**
 * A dead owner cannot end its calls any more; an owner that released its lock cleanly ends a retry for good. A stopped one releases it as
 * well, in the middle of its calls, which nobody answers then. Where a source names the runs, that source knows better.
 */
export function clearBusy(turn: Turn, event: EventOf<'busy_cleared'>): Turn {
  const cleared = { ...turn, busyUntil: 0 };
  if (event.isSaid === true) return cleared;
  if (!event.crashed && turn.end === undefined && isBare(turn))
    return { ...cleared, runOpen: false, end: { outcome: 'done', at: event.at } };
  if (event.crashed) return turn.end === undefined ? endRuns(cleared, 'lost', event.at) : cleared;
  if (turn.retry !== undefined)
    return endCalls({ ...closeRun(cleared, { outcome: 'failed', at: event.at, reason: turn.retry.reason }) }, event.at);
  if (pendingCalls(turn).length === 0 || hasOpenRun(turn) || turn.waiting.length > 0) return cleared;
  return turn.end === undefined ? endRuns(cleared, 'lost', event.at) : endCalls(cleared, event.at);
}

/** Where a source names the runs, that source knows better. */
export function abandonCalls(turn: Turn, event: EventOf<'calls_abandoned'>): Turn {
  const cleared = { ...turn, busyUntil: 0 };
  const isCutOff = pendingCalls(turn).length > 0 && !hasOpenRun(turn) && turn.waiting.length === 0 && turn.retry === undefined;
  return isCutOff && turn.end === undefined ? endRuns(cleared, 'lost', event.at) : cleared;
}

/**
 * While a gateway has a run of the turn, the loss of its file ends nothing. While a file shows that its owner lives, the loss of the
 * gateway ends nothing either. But the runs that it called open are not trusted any more.
 */
export function loseSource(turn: Turn, event: EventOf<'source_lost'>): Turn {
  if (event.namesRuns !== true && hasOpenRun(turn)) return turn;
  if (event.namesRuns === true && isAlsoOf(turn, event) && turn.busyUntil > event.at && turn.end === undefined) {
    const runsById = Object.fromEntries(Object.keys(turn.runsById).map((runId) => [runId, { open: false }]));
    return { ...turn, runsById, runOpen: true };
  }
  if (turn.end !== undefined && isAtRest(turn)) return withoutQuestions(turn);
  if (event.by === 'reset' && isBare(turn)) return turn; // the next one, which has begun already
  return endRuns(turn, event.by === 'reset' ? 'aborted' : 'lost', event.at);
}

/** Its commands in the background are gone with their process. */
export function withoutBackground(turn: Turn): Turn {
  return turn.background.length === 0 ? turn : { ...turn, background: [] };
}

/** Whether another source has emitted its beginning, too. */
function isAlsoOf({ startedBy }: Turn, { source }: EventOf<'source_lost'>): boolean {
  return startedBy.some((id) => id !== source);
}
