// Draws a box that somebody writes by hand on the command line: all its text is foreign, and its title says so. Pure.

import type { Card } from '../../core/card.ts';
import { redactThenCut } from '../../text/redact.ts';
import { colorOf } from './colors.ts';
import { draw, type Wording, foreign } from './wording.ts';

const MAX_LINES = 50;
const MAX_LINE_POINTS = 300;
const TITLES = { active: '[ACTIVE] by hand', done: '[DONE] by hand' } as const;

/** `text` in lines as people typed it; the newest lines stay when there are too many. */
export function manualCard(state: 'active' | 'done', text: string, redact: (text: string) => string): Card {
  const all = text
    .split(/\r?\n/)
    .map((line): Wording => [foreign(redactThenCut(line, MAX_LINE_POINTS, redact))])
    .filter((line) => draw(line, 'later') !== '');
  const lines = all.slice(-MAX_LINES);
  const title = TITLES[state];
  return {
    state,
    color: colorOf(state, false),
    title,
    lines: lines.map((line) => draw(line, 'later')),
    first: { title, lines: lines.map((line) => draw(line, 'first')) },
    droppedLines: Math.max(0, all.length - MAX_LINES),
    fallback: title,
    urgentKey: state,
    final: state === 'done',
  };
}
