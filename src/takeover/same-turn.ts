// Which turn a post speaks of, as far as a post tells. Pure.

import type { LiveStatusMeta } from '../boxes/publish/post-meta.ts';

/** What a turn has in common with the posts about it. `session` is hashed. */
export type TurnIdentity = Pick<LiveStatusMeta, 'box' | 'session' | 'runs' | 'trigger' | 'start'>;

const SAME_START_MS = 15_000; // a lock, a user line and a gateway date the same beginning this differently

/** The turn that `found` fits best: its box, its trigger, a run, or the nearest beginning of the same session while it is open. */
export function bestTurn<T extends TurnIdentity>(found: LiveStatusMeta, turns: readonly T[]): T | undefined {
  const own = turns.find((turn) => turn.box === found.box);
  if (own !== undefined) return own;
  const siblings = turns.filter((turn) => turn.session === found.session);
  const byTrigger = siblings.find((turn) => turn.trigger !== undefined && turn.trigger === found.trigger);
  const byRun = siblings.find((turn) => turn.runs.some((run) => found.runs.includes(run)));
  return byTrigger ?? byRun ?? (found.open ? nearest(found, siblings) : undefined);
}

/** Two turns with different triggers are different turns, however close they begin. */
function nearest<T extends TurnIdentity>(found: LiveStatusMeta, siblings: readonly T[]): T | undefined {
  const distance = (turn: TurnIdentity): number => Math.abs(turn.start - found.start);
  return siblings
    .filter((turn) => distance(turn) <= SAME_START_MS && (turn.trigger === undefined || found.trigger === undefined))
    .toSorted((a, b) => distance(a) - distance(b))[0];
}
