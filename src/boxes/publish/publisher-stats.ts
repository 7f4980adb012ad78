// Counts the posts for the health page: open, waiting, behind, in trouble. Pure.

import { planOf, type PlanRules } from './plan.ts';
import { isDirty, isOpenPost, type PostState, troubleOf } from './post-state.ts';
import type { PublisherStats } from './publisher-ports.ts';

type PostStats = Pick<PublisherStats, 'active' | 'waiting' | 'dirty' | 'oldestDirtyAgeMs' | 'behindMs' | 'parked' | 'refused' | 'gone'>;

/** What excuses lateness. */
interface Excuses {
  /** When the server last began to take requests (monotonic). */
  openedAt: number;
  isHeld(channelId: string): boolean;
}

/** The numbers at the instant `now` (monotonic). */
export function publisherStats(states: Iterable<PostState>, rules: PlanRules, now: number, excuses: Excuses): PostStats {
  const stats: PostStats = { active: 0, waiting: 0, dirty: 0, oldestDirtyAgeMs: 0, behindMs: 0, parked: [], refused: [], gone: [] };
  for (const state of states) {
    if (isOpenPost(state)) stats.active += 1;
    addTrouble(stats, state);
    if (!isDirty(state)) continue;
    stats.dirty += 1;
    stats.oldestDirtyAgeMs = Math.max(stats.oldestDirtyAgeMs, now - state.dirtyAt);
    stats.behindMs = Math.max(stats.behindMs, now - Math.max(excuses.openedAt, dueAt(state, rules, now, excuses)));
    if (state.post.kind !== 'posted') stats.waiting += 1;
  }
  return stats;
}

/** When the box should have been sent, were it not for the others. */
function dueAt(state: PostState, rules: PlanRules, now: number, { isHeld }: Excuses): number {
  if (state.trouble.kind === 'parked' || state.trouble.kind === 'refused') return now;
  const plan = planOf({ ...state, attempt: undefined, trouble: { kind: 'none' } }, rules, false);
  return plan === undefined || (plan.countsIn !== undefined && isHeld(plan.countsIn)) ? now : plan.readyAt;
}

function addTrouble(stats: PostStats, state: PostState): void {
  const found = troubleOf(state);
  if (found === undefined) return;
  const { kind, ...trouble } = found;
  stats[kind].push(trouble);
}
