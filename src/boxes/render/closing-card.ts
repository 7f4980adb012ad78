// The last card of a box that shows nothing of its turn any more: it only says whose it was and why. Pure.

import type { Card } from '../../core/card.ts';
import { OUR_MARK, plainText } from '../../text/neutralise.ts';
import { colorOf } from './colors.ts';

/** What the card says, in our own words. */
export interface Closing {
  state: 'interrupted' | 'lost';
  /** What stands before the name of the agent. */
  heading: string;
  line: string;
  urgentKey: string;
}

const MAX_NAME_POINTS = 40;

/** `agentId` is empty when nobody knows it. */
export function closingCard(agentId: string, { state, heading, line, urgentKey }: Closing): Card {
  const name = plainText(agentId, MAX_NAME_POINTS);
  const title = name === '' ? heading : `${heading} | ${name}`;
  const lines = [`${OUR_MARK} ${line}`];
  return { state, color: colorOf(state, false), title, lines, droppedLines: 0, fallback: title, urgentKey, final: true };
}
