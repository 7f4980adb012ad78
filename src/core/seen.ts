// What a session's row and key say of it, folded in: facts as they are told, and the route on which all sources agree.

import type { EventOf, Route, SessionEvent } from './event.ts';
import { agreed, routeAfter } from './home.ts';
import type { Session } from './session.ts';

/** Where a scheduled job delivers only a gateway knows; its session has no conversation of its own. */
const SCHEDULED_KEY = /^agent:[^:]+:cron:/;

/** The session after `event`; only turns that run learn where they belong. */
export function seen(before: Session, event: EventOf<'session_seen'>): Session {
  const { type: _type, at: _at, source, sessionKey: _key, route: told, toolsUntold, ...facts } = event;
  return withRoute(source === 'gateway' ? withSight({ ...before, ...facts }, toolsUntold === true) : { ...before, ...facts }, source, told);
}

/** What cannot be seen of a turn is said as long as it is shown, even if a better gateway comes after it. */
function withSight({ toolsUntold: _before, ...session }: Session, toolsUntold: boolean): Session {
  if (!toolsUntold) return session;
  return { ...session, toolsUntold, turns: session.turns.map((turn) => (turn.end === undefined ? { ...turn, toolsUntold } : turn)) };
}

function withRoute(before: Session, source: SessionEvent['source'], told: Route | undefined): Session {
  if (told === undefined) return before;
  const routesBySource = { ...before.routesBySource, [source]: told };
  const other = routesBySource[source === 'gateway' ? 'transcripts' : 'gateway'];
  const route = other === undefined ? told : agreed(other, told);
  const learning = { isScheduled: SCHEDULED_KEY.test(before.key), isFirstWord: before.routesBySource?.[source] === undefined };
  const turns = before.turns.map((turn) => (turn.end === undefined ? { ...turn, route: routeAfter(turn.route, route, learning) } : turn));
  return { ...before, route, routesBySource, turns };
}
