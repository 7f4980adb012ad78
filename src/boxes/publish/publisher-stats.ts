// Counts the posts for the health page: open, waiting, behind, in trouble. Pure.

import { isDirty, isOpenPost, type PostState, troubleOf } from './post-state.ts';
import type { PublisherStats } from './publisher-ports.ts';

type PostStats = Omit<PublisherStats, 'blockedUntil'>;

/** The numbers at the instant `now` (monotonic). */
export function publisherStats(states: Iterable<PostState>, now: number): PostStats {
  const stats: PostStats = { active: 0, waiting: 0, dirty: 0, oldestDirtyAgeMs: 0, behindMs: 0, parked: [], refused: [], gone: [] };
  for (const state of states) {
    if (isOpenPost(state)) stats.active += 1;
    addTrouble(stats, state);
    if (!isDirty(state)) continue;
    stats.dirty += 1;
    stats.oldestDirtyAgeMs = Math.max(stats.oldestDirtyAgeMs, now - state.dirtyAt);
    if (state.trouble.kind === 'none' || state.trouble.kind === 'failing') stats.behindMs = Math.max(stats.behindMs, now - state.dirtyAt);
    if (state.post.kind !== 'posted') stats.waiting += 1;
  }
  return stats;
}

function addTrouble(stats: PostStats, state: PostState): void {
  const found = troubleOf(state);
  if (found === undefined) return;
  const { kind, ...trouble } = found;
  stats[kind].push(trouble);
}
