// Makes observations about turns of what an event changed in its session: ends, costs, and facts of other systems. Pure.

import type { EventOf } from '../core/event.ts';
import type { Change } from '../core/fold.ts';
import type { Session, SessionsByKey, Turn } from '../core/session.ts';
import { rootOf } from '../core/tree.ts';
import { actorIn } from './actor.ts';
import type { Actor, Observation } from './rules/observation.ts';
import type { RolesByAgent } from './rules/role.ts';

/** The observations about turns in one event. The same event again is none. */
export function turnObservations(change: Change, sessions: SessionsByKey, roles: RolesByAgent): Observation[] {
  const { event, after } = change;
  const actorAt = (turn: Turn) => actorIn(sessions, roles, after, turn, event.at);
  return [
    ...(event.type === 'message' ? spentIn(event, change, actorAt) : []),
    ...(event.type === 'observed' ? factIn(event, after, actorAt) : []),
    ...endsIn(change, sessions, actorAt),
  ];
}

/** What a message cost more than was known of it. */
function spentIn({ messageId }: EventOf<'message'>, { before, after }: Change, actorAt: (turn: Turn) => Actor): Observation[] {
  const turn = after.turns.find(({ usageById }) => usageById[messageId] !== undefined);
  const usage = turn?.usageById[messageId];
  const known = turn === undefined ? undefined : turnIn(before, turn)?.usageById[messageId];
  if (turn === undefined || usage === undefined || usage === known) return [];
  const tokens = freshTokens(usage) - freshTokens(known);
  const costUsd = usage.costUsd - (known?.costUsd ?? 0);
  return tokens <= 0 && costUsd <= 0 ? [] : [{ type: 'spent', ...actorAt(turn), tokens, costUsd }];
}

function freshTokens(usage: Turn['usageById'][string] | undefined): number {
  return usage === undefined ? 0 : usage.input + usage.output + usage.cacheWrite;
}

function factIn({ what, facts }: EventOf<'observed'>, session: Session, actorAt: (turn: Turn) => Actor): Observation[] {
  const turn = session.turns.find(({ boxId }) => boxId === session.currentBoxId) ?? session.turns.at(-1);
  return turn === undefined ? [] : [{ type: 'observed', ...actorAt(turn), what, facts }];
}

function endsIn({ before, after }: Change, sessions: SessionsByKey, actorAt: (turn: Turn) => Actor): Observation[] {
  return after.turns.flatMap((turn): Observation[] => {
    if (turn.end === undefined || turnIn(before, turn)?.end !== undefined) return [];
    return [{ type: 'turn_ended', ...actorAt(turn), outcome: turn.end.outcome, isRoot: rootOf(sessions, after, turn)?.turn === turn }];
  });
}

function turnIn(session: Session, turn: Turn): Turn | undefined {
  return session.turns.find((other) => other.boxId === turn.boxId);
}
