// The colours of boxes, by state.

import type { BoxState } from '../../core/card.ts';

const BLUE = '#2d7ff9';
const GREY = '#8a94a0';
const AMBER = '#e0a100';
const GREEN = '#2e9e5b';
const GREEN_GREY = '#7fa08c';
const RED = '#d0342c';
const WARNING = '#e8590c';

const METER_WARNING = 0.75;

/** The colour of a state; a violation takes precedence, and while it goes on a meter that is nearly full. `fullness` is 1 for a full one. */
export function colorOf(state: BoxState, hasViolations: boolean, fullness = 0): string {
  if (hasViolations) return WARNING;
  if (fullness >= 1) return RED;
  return fullness >= METER_WARNING ? AMBER : stateColor(state);
}

/** Whether people should see that it is so full. */
export function isNearlyFull(fullness: number): boolean {
  return fullness >= METER_WARNING;
}

function stateColor(state: BoxState): string {
  switch (state) {
    case 'active':
      return BLUE;
    case 'quiet':
    case 'silent':
    case 'aborted':
    case 'interrupted':
    case 'lost':
    case 'released':
    case 'cancelled':
      return GREY;
    case 'retry':
    case 'waiting':
      return AMBER;
    case 'done':
      return GREEN;
    case 'done_unseen':
      return GREEN_GREY;
    case 'error':
    case 'timeout':
    case 'rejected':
    case 'stopped':
      return RED;
    default:
      return state satisfies never;
  }
}
