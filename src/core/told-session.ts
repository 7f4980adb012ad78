// A session as another watcher tells it, joined with what is known of its other turns. Pure.

import type { Session, Turn } from './session.ts';

/** The told turns replace ours whole. Facts that are not told any more are gone. */
export function withToldSession(before: Session, told: Session): Session {
  const toldIds = new Set(told.turns.map(({ boxId }) => boxId));
  const others = before.turns.filter(({ boxId }) => !toldIds.has(boxId));
  const turns = [...others, ...told.turns].toSorted(byBeginning);
  return { ...told, turns, asOf: Math.max(before.asOf, told.asOf) };
}

function byBeginning(one: Turn, other: Turn): number {
  return one.startedAt - other.startedAt;
}
