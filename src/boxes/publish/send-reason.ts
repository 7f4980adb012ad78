// Says why a request about a box's post is sent. Pure; decide.ts decides when it is sent.

import type { Need } from './outcome.ts';
import { isUrgent, type PostState } from './post-state.ts';

/**
 * `opened`: the box gets its first post. `ended`: its end was never confirmed. `urgent`: a person should see the change at once.
 * `progress`: any other change. `claim`: the post does not carry our claim yet. `repair`: it is unknown what the post says.
 */
export type SendReason = 'opened' | 'ended' | 'urgent' | 'progress' | 'claim' | 'repair';

/** The most important of several reasons. A search before a create has the reason of that create. */
export function sendReason(state: PostState, need: Need): SendReason {
  switch (need) {
    case 'create':
    case 'find':
      return isUnconfirmedEnd(state) ? 'ended' : 'opened';
    case 'edit':
      return editReason(state);
    case 'read':
    case 'look':
      return 'repair';
    default:
      return need satisfies never;
  }
}

function editReason(state: PostState): SendReason {
  if (isUnconfirmedEnd(state)) return 'ended';
  if (!state.isClaimed) return 'claim';
  if (hasUrgentNews(state)) return 'urgent';
  if (state.acked === undefined) return 'repair';
  return isUrgent(state) ? 'urgent' : 'progress';
}

/** The server never confirmed the end. An end that was confirmed once is only written again to be sure. */
function isUnconfirmedEnd({ view, urgentKey }: PostState): boolean {
  return view?.card.final === true && view.card.urgentKey !== urgentKey;
}

function hasUrgentNews({ view, urgentKey }: PostState): boolean {
  return urgentKey !== undefined && view?.card.urgentKey !== urgentKey;
}
