// A turn begins to wait for a person. Pure.

import type { EventOf } from './event.ts';
import { isBeforeEnd, reopen } from './run-end.ts';
import type { Turn, Waiting } from './session.ts';

const MOST_COPIED_LINES = 8; // one for each decision

/** The turn that waits. Told again, a wait has lasted since it was told first, unless that was over by then. */
export function startWaiting(turn: Turn, event: EventOf<'waiting_started'>): Turn {
  if (isBeforeEnd(turn, event)) return turn;
  const known = turn.waiting.find(({ waitId }) => waitId === event.waitId);
  const isOver = known?.until !== undefined && known.until <= event.at;
  const waiting = waitOf(event, isOver ? event.at : Math.min(known?.since ?? event.at, event.at));
  return { ...reopen(turn, { at: event.at }), waiting: [...turn.waiting.filter((other) => other !== known), waiting] };
}

function waitOf({ waitId, on, text, callId, until, who, copy, link }: EventOf<'waiting_started'>, since: number): Waiting {
  return {
    waitId,
    on,
    since,
    ...(text === undefined ? {} : { text }),
    ...(callId === undefined ? {} : { callId }),
    ...(until === undefined ? {} : { until }),
    ...(who === undefined ? {} : { who }),
    ...(copy === undefined ? {} : { copy: copy.slice(0, MOST_COPIED_LINES) }),
    ...(link === undefined ? {} : { link }),
  };
}
