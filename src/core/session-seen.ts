// Folds `session_seen`: what a source knows of a session, and the route on which all sources agree.

import type { EventOf, Route } from './event.ts';
import { agreed, routeAfter } from './home.ts';
import type { Session, Turn } from './session.ts';

/** The session after `event`. Only turns that run get the new route. */
export function withSessionSeen(before: Session, event: EventOf<'session_seen'>): Session {
  const { type: _type, at: _at, source, namesRuns, sessionKey: _key, route: newRoute, toolsUntold, ...facts } = event;
  const known = before.toldBy ?? [];
  const introduced = { ...before, ...facts, toldBy: known.includes(source) ? known : [...known, source] };
  return withRoute(namesRuns === true ? withToolsUntold(introduced, source, toolsUntold === true) : introduced, source, newRoute);
}

/** A turn whose tools were not sent keeps that mark, even if a better gateway follows. */
function withToolsUntold({ toolsUntold: _before, ...session }: Session, source: string, toolsUntold: boolean): Session {
  if (!toolsUntold) return session;
  const isBlind = ({ end, startedBy }: Turn): boolean => end === undefined && startedBy.every((id) => id === source);
  return { ...session, toolsUntold, turns: session.turns.map((turn) => (isBlind(turn) ? { ...turn, toolsUntold } : turn)) };
}

function withRoute(before: Session, source: string, newRoute: Route | undefined): Session {
  if (newRoute === undefined) return before;
  const { [source]: _older, ...others } = before.routesBySource ?? {};
  const routesBySource = { ...others, [source]: newRoute };
  const route = Object.values(routesBySource).reduce(agreed);
  const change = { isScheduled: before.isScheduled === true, isFirst: before.routesBySource?.[source] === undefined };
  const turns = before.turns.map((turn) => (turn.end === undefined ? { ...turn, route: routeAfter(turn.route, route, change) } : turn));
  return { ...before, route, routesBySource, turns };
}
