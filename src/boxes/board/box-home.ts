// Decides whether a box may stay where it is: compares the home it was placed by with its turn's home now.

import type { Route } from '../../core/event.ts';
import { homeOf, isPublic, UNKNOWN } from '../../core/home.ts';
import type { TurnTree } from '../../core/session.ts';
import type { Target } from '../../core/sink.ts';
import { type BoxEntry, type Placement, settle } from './box-entry.ts';

const AWAY = 'its post is in a channel where it does not belong';

/** The turn's home, as it is stored in the entry. */
export function homeNow({ turn }: TurnTree): Route {
  return homeOf(turn) ?? UNKNOWN;
}

export function isSameHome(before: Route | undefined, now: Route): boolean {
  return JSON.stringify(before) === JSON.stringify(now);
}

/** Whether a post that was placed by `before` may go on: a public one may, and one in the same conversation. */
export function isStillHome(before: Route | undefined, now: Route): boolean {
  if (before === undefined) return false;
  if (isSameHome(before, now)) return true;
  if (now.kind === 'elsewhere') return before.kind === 'elsewhere' && isPublic(before.audience) && isPublic(now.audience);
  if (now.kind === 'direct') return before.kind === 'direct' && before.userId === now.userId;
  return before.kind === 'channel' ? before.channelId === now.channelId : before.kind === 'elsewhere' && isPublic(before.audience);
}

/** Takes over a post in that channel. Only in the turn's own channel it surely belongs there; elsewhere its place must be asked for. */
export function takeFound(entry: BoxEntry, found: Target, home: Route, now: number): 'taken' | 'doubtful' {
  if (home.kind === 'channel' && home.channelId === found.channelId) {
    putAt(entry, found, home);
    entry.isShown = true;
    return 'taken';
  }
  Object.assign(entry, { phase: 'placing', found, openedAt: now });
  return 'doubtful';
}

/** Takes the answer where the box belongs. A post that exists is only taken over when it is in that channel. */
export function takePlacement(entry: BoxEntry, placement: Placement, home: Route, now: number): void {
  entry.home = home;
  const { found } = entry;
  if ('refused' in placement) {
    settle(entry, 'refused', placement.refused);
    entry.isUnproven = placement.isUnproven === true;
  } else if (found === undefined) {
    Object.assign(entry, { openedAt: now });
    putAt(entry, placement.target, home);
  } else if (found.channelId === placement.target.channelId) putAt(entry, found, home);
  else settle(entry, 'refused', AWAY);
}

function putAt(entry: BoxEntry, target: Target, home: Route): void {
  const isShown = entry.isShown === true || entry.found !== undefined;
  Object.assign(entry, { phase: 'placed', target, home, ...(isShown ? { isShown } : {}) });
  delete entry.why;
  delete entry.found;
  delete entry.isUnproven;
}
