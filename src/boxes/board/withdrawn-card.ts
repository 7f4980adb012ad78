// The last card of a box that must not be shown where it is any longer. It says so, and shows nothing that the agent wrote.

import type { Card } from '../../core/card.ts';
import { OUR_MARK, plainText } from '../../text/neutralise.ts';
import { colorOf } from '../render/colors.ts';

const MAX_NAME_POINTS = 40;
const LINE = `${OUR_MARK} this conversation is not known to be public, so it is not shown here any more`;

export function withdrawnCard(agentId: string): Card {
  const name = plainText(agentId, MAX_NAME_POINTS);
  const title = ['[INTERRUPTED] not shown here any more', ...(name === '' ? [] : [name])].join(' | ');
  return {
    state: 'interrupted',
    color: colorOf('interrupted', false),
    title,
    lines: [LINE],
    droppedLines: 0,
    fallback: title,
    urgentKey: 'withdrawn',
    final: true,
  };
}
