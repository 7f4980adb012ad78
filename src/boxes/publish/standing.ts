// How things stand with all posts at one instant. Pure.

import { isDirty, type PostState, troubleOf } from './post-state.ts';
import type { PublisherStats } from './publisher-ports.ts';

type Standing = Omit<PublisherStats, 'blockedUntil'>;

/** How things stand at the instant `now` (monotonic). */
export function standingOf(states: Iterable<PostState>, now: number): Standing {
  const standing: Standing = { active: 0, waiting: 0, dirty: 0, oldestDirtyAgeMs: 0, behindMs: 0, parked: [], refused: [], gone: [] };
  for (const state of states) {
    if (state.post.kind === 'posted' && state.view?.card.final === false) standing.active += 1;
    noteTrouble(standing, state);
    if (!isDirty(state)) continue;
    standing.dirty += 1;
    standing.oldestDirtyAgeMs = Math.max(standing.oldestDirtyAgeMs, now - state.dirtyAt);
    if (state.trouble.kind === 'none' || state.trouble.kind === 'failing')
      standing.behindMs = Math.max(standing.behindMs, now - state.dirtyAt);
    if (state.post.kind !== 'posted') standing.waiting += 1;
  }
  return standing;
}

function noteTrouble(standing: Standing, state: PostState): void {
  const found = troubleOf(state);
  if (found === undefined) return;
  const { kind, ...trouble } = found;
  standing[kind].push(trouble);
}
