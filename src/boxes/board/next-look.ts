// Says when a box may change next though nothing happens: then, and not before, it is looked at again. Pure.

import { type JudgedTree, lastEventAt } from '../../core/status.ts';
import type { BoxEntry } from './box-entry.ts';
import { type BoxPolicy, decideBox } from './box-policy.ts';
import { hasOpenTurn, nextQuietTickAt } from './due-ticks.ts';
import { hopelessAt } from './home-watch.ts';

export const FORGET_AFTER_MS = 15 * 60_000; // late results and announcements reopen a box for this long
const WITHHELD_MS = 1_000; // how often a box is looked at that has to wait because others say nothing
const NEVER = Number.POSITIVE_INFINITY;

/** When it may become another box: with another state, another place, its first post, or none any more. */
export function nextChangeAt(entry: BoxEntry, tree: JudgedTree, policy: BoxPolicy, now: number): number {
  return Math.min(
    tree.holdsUntil,
    hopelessAt(entry),
    hasOpenTurn(tree) ? NEVER : forgottenAt(entry),
    entry.phase === 'undecided' ? opensAt(tree, policy, now) : NEVER,
  );
}

/** When a box that was shown as of `shownAt` looks too old, because nothing but the time has changed in it. */
export function nextQuietAt(tree: JudgedTree, shownAt: number): number {
  return hasOpenTurn(tree) ? nextQuietTickAt(tree.session.silentSince ?? lastEventAt(tree), shownAt) : NEVER;
}

/** When a box is old enough to be forgotten. */
export function forgottenAt({ finalAt }: BoxEntry): number {
  return finalAt === undefined ? NEVER : finalAt + FORGET_AFTER_MS;
}

function opensAt(tree: JudgedTree, policy: BoxPolicy, now: number): number {
  const decision = decideBox(tree, policy);
  if (decision.kind === 'open') return now + WITHHELD_MS;
  return decision.kind === 'later' ? (decision.opensAt ?? NEVER) : NEVER;
}
