// Finds the turn that a post shows, from what the post says about itself. Pure.

import type { LiveStatusMeta } from '../boxes/publish/post-meta.ts';
import type { PostedGateways } from './posted-gateways.ts';

/** What a turn has in common with the posts about it. `session` is hashed, and so is `gateway`, which is absent where it is ours. */
export type TurnIdentity = Pick<LiveStatusMeta, 'box' | 'session' | 'runs' | 'trigger' | 'start' | 'log' | 'gateway'>;

/** A turn that has a box of ours. */
export type KnownTurn = TurnIdentity & { boxId: string };

const SAME_START_MS = 15_000; // a lock, a user line and a gateway differ by this much about the same beginning

/**
 * The turn that `found` matches best: by box, trigger, run, or, while it is open, by the nearest beginning in the same session. A post
 * that one of our gateways wrote matches only turns of that gateway. What others posted matches only turns whose log or run it names.
 */
export function bestTurn<T extends TurnIdentity>(found: LiveStatusMeta, all: readonly T[], gateways: PostedGateways): T | undefined {
  const turns = all.filter((turn) => mayBeOf(found, turn, gateways));
  const own = turns.find((turn) => turn.box === found.box);
  if (own !== undefined) return own;
  const siblings = turns.filter((turn) => turn.session === found.session);
  const byTrigger = siblings.find((turn) => turn.trigger !== undefined && turn.trigger === found.trigger);
  const byRun = siblings.find((turn) => turn.runs.some((run) => found.runs.includes(run)));
  return byTrigger ?? byRun ?? (found.open ? nearest(found, siblings) : undefined);
}

function mayBeOf(found: LiveStatusMeta, turn: TurnIdentity, gateways: PostedGateways): boolean {
  if (found.gateway === undefined) return true;
  return gateways.has(found.gateway) ? found.gateway === (turn.gateway ?? gateways.own) : isSurelyOf(found, turn);
}

/** The same session on the same gateway, whatever that is called by now: two gateways may have a key and a trigger in common, but no log and no run. */
function isSurelyOf(found: LiveStatusMeta, turn: TurnIdentity): boolean {
  const hasSameLog = found.log !== undefined && found.log === turn.log;
  return found.session === turn.session && (hasSameLog || turn.runs.some((run) => found.runs.includes(run)));
}

/** Two turns with different triggers are different turns, however close they begin. */
function nearest<T extends TurnIdentity>(found: LiveStatusMeta, siblings: readonly T[]): T | undefined {
  const distance = (turn: TurnIdentity): number => Math.abs(turn.start - found.start);
  return siblings
    .filter((turn) => distance(turn) <= SAME_START_MS && (turn.trigger === undefined || found.trigger === undefined))
    .toSorted((a, b) => distance(a) - distance(b))[0];
}
