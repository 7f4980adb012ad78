// The last card of a box that must not be shown where it is any longer. It says so, and shows nothing that the agent wrote.

import type { Card } from '../../core/card.ts';
import { closingCard } from '../render/closing-card.ts';

export const UNPROVEN = 'this conversation is not known to be public, so it is not shown here any more';
/** Also what health says of a turn that never had a post. */
export const MOVED = 'it works on a task, and is shown in the box of that task';
export const UNROUTED = 'no rule of ROUTES sends it here any more';

export function withdrawnCard(agentId: string, line = UNPROVEN): Card {
  return closingCard(agentId, {
    state: 'interrupted',
    heading: '[INTERRUPTED] not shown here any more',
    line,
    urgentKey: 'withdrawn',
  });
}
