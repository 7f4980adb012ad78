// The colours of boxes, by state.

import type { BoxState } from '../../core/card.ts';

const BLUE = '#2d7ff9';
const GREY = '#8a94a0';
const AMBER = '#e0a100';
const GREEN = '#2e9e5b';
const GREEN_GREY = '#7fa08c';
const RED = '#d0342c';
const WARNING = '#e8590c';

/** The colour of a state; a violation takes precedence. */
export function colorOf(state: BoxState, hasViolations: boolean): string {
  return hasViolations ? WARNING : stateColor(state);
}

function stateColor(state: BoxState): string {
  switch (state) {
    case 'active':
      return BLUE;
    case 'quiet':
    case 'aborted':
    case 'interrupted':
    case 'lost':
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
      return RED;
    default:
      return state satisfies never;
  }
}
