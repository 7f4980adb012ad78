// What a state of a turn means to people: one table for titles, `status` and `/health`. Pure.

import type { BoxState } from './card.ts';
import type { Turn } from './session.ts';
import { openWaits } from './turn.ts';

/**
 * - `active`: it writes, or a call or something else of it is open.
 * - `waiting`: a person is needed.
 * - `ready`: its turn has ended, and it waits for the next one.
 * - `idle`: that was a while ago, or nobody knows how it ended or whether it goes on.
 * - `blocked`: it failed or a limit stopped it, or a person is needed for longer than people take.
 */
export type Activity = 'active' | 'waiting' | 'ready' | 'idle' | 'blocked';

interface StateMeaning {
  /** What a title says, in square brackets. */
  word: string;
  /** At first; time makes `blocked` of `waiting`, and `idle` of `ready`. */
  activity: Activity;
}

const MEANINGS: Record<BoxState, StateMeaning> = {
  active: { word: 'ACTIVE', activity: 'active' },
  quiet: { word: 'ACTIVE', activity: 'active' },
  retry: { word: 'RETRY', activity: 'active' },
  waiting: { word: 'WAITING', activity: 'waiting' },
  silent: { word: 'SILENT', activity: 'idle' },
  done: { word: 'DONE', activity: 'ready' },
  done_unseen: { word: 'DONE', activity: 'ready' },
  aborted: { word: 'ABORTED', activity: 'ready' },
  released: { word: 'RELEASED', activity: 'ready' },
  cancelled: { word: 'CANCELLED', activity: 'ready' },
  rejected: { word: 'REJECTED', activity: 'ready' },
  error: { word: 'ERROR', activity: 'blocked' },
  timeout: { word: 'TIMEOUT', activity: 'blocked' },
  stopped: { word: 'STOPPED', activity: 'blocked' },
  interrupted: { word: 'INTERRUPTED', activity: 'idle' },
  lost: { word: 'LOST', activity: 'idle' },
};

/** Of a wait: whoever should answer has not seen it. */
export const BLOCKED_AFTER_MS = 10 * 60_000;
/** Of the last sign of work: the conversation does not go on by itself. */
export const IDLE_AFTER_MS = 5 * 60_000;

/** `ACTIVE`: what the title of a box in that state begins with. */
export function stateWord(state: BoxState): string {
  return MEANINGS[state].word;
}

/** What a turn in that state does at the instant `now`. */
export function activityOf(state: BoxState, turn: Turn | undefined, now: number): Activity {
  const { activity } = MEANINGS[state];
  if (turn === undefined) return activity;
  if (activity === 'waiting') return waitedMs(turn, now) >= BLOCKED_AFTER_MS ? 'blocked' : 'waiting';
  if (activity === 'ready') return now - (turn.end?.at ?? turn.lastEventAt) >= IDLE_AFTER_MS ? 'idle' : 'ready';
  return activity;
}

/** How long the oldest open wait has lasted. */
function waitedMs(turn: Turn, now: number): number {
  const sinces = openWaits(turn, now).flatMap(({ since }) => since ?? []);
  return now - Math.min(now, ...sinces);
}
