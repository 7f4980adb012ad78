// Why a request about a box's post is sent. Pure; when it goes is decided in decide.ts.

import type { Need } from './outcome.ts';
import { isUrgent, type PostState } from './post-state.ts';

/**
 * `opened`: the box gets its first post. `ended`: its end was never confirmed. `urgent`: something that a person should see at once.
 * `progress`: anything else that changed. `claim`: the post does not carry our claim yet. `repair`: nobody knows what the post says.
 */
export type SendReason = 'opened' | 'ended' | 'urgent' | 'progress' | 'claim' | 'repair';

/** Of several reasons the weightiest. A look that a create needs has the reason of that create. */
export function reasonOf(state: PostState, need: Need): SendReason {
  switch (need) {
    case 'create':
    case 'find':
      return isUnseenEnd(state) ? 'ended' : 'opened';
    case 'edit':
      return reasonOfEdit(state);
    case 'read':
    case 'look':
      return 'repair';
    default:
      return need satisfies never;
  }
}

function reasonOfEdit(state: PostState): SendReason {
  if (isUnseenEnd(state)) return 'ended';
  if (!state.isClaimed) return 'claim';
  if (saysNews(state)) return 'urgent';
  if (state.acked === undefined) return 'repair';
  return isUrgent(state) ? 'urgent' : 'progress';
}

/** An end that was confirmed once is only written again to be sure. */
function isUnseenEnd({ view, urgentKey }: PostState): boolean {
  return view?.card.final === true && view.card.urgentKey !== urgentKey;
}

function saysNews({ view, urgentKey }: PostState): boolean {
  return urgentKey !== undefined && view?.card.urgentKey !== urgentKey;
}
