// The last card of a box that must not be shown where it is any longer. It says so, and shows nothing that the agent wrote.

import type { Card } from '../../core/card.ts';
import { closingCard } from '../render/closing-card.ts';

export function withdrawnCard(agentId: string): Card {
  return closingCard(agentId, {
    state: 'interrupted',
    heading: '[INTERRUPTED] not shown here any more',
    line: 'this conversation is not known to be public, so it is not shown here any more',
    urgentKey: 'withdrawn',
  });
}
