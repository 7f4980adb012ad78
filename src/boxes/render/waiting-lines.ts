// Draws what a turn and its sub-agents wait for: people must always see it, and how they can answer. Pure.

import type { WaitsOn } from '../../core/event.ts';
import type { TurnTree } from '../../core/session.ts';
import { type Wait, waitsIn } from '../../core/waiting.ts';
import { codeBlock, codeSpan } from '../../text/neutralise.ts';
import { redactThenCut } from '../../text/redact.ts';
import { countCodePoints, dropInvisible } from '../../text/text.ts';
import { wholeLines } from '../../text/whole-lines.ts';
import { clockTimes } from './clock-times.ts';
import type { RenderOptions } from './render-options.ts';
import { childName, safeName } from './title.ts';
import { draw, foreign, ours, type Wording } from './wording.ts';

const SPAN_POINTS = 160; // what is longer, or has several lines, is read better in a block
const MAX_TEXT_POINTS = 3_000; // leaves room for the rest of the box where a server takes little
const MAX_LINE_POINTS = 300;
const MAX_WHO_POINTS = 200;
const WEB_ADDRESS = /^https?:\/\//i;

/** `waiting w1` for each wait of the tree. */
export function waitIds({ turn, session, childrenByKey }: TurnTree): string[] {
  const own = waitsIn(turn, session.asOf).map(({ waitId }) => `waiting ${waitId}`);
  return [...own, ...Object.values(childrenByKey).flatMap(waitIds)];
}

/** The questions that wait for people, in this turn and below. */
export function waitingLines(tree: TurnTree, options: RenderOptions, name: Wording = []): Wording[] {
  const { asOf } = tree.session;
  const own = waitsIn(tree.turn, asOf).flatMap((wait) => linesOf(wait, { asOf, name, options }));
  const below = Object.entries(tree.childrenByKey).flatMap(([key, child]) =>
    waitingLines(child, options, nameThatWaits(childName(tree, key), options)),
  );
  return [...own, ...below];
}

const WORDS_FOR: Record<WaitsOn, string> = { approval: 'for approval', answer: 'for an answer', review: 'for a review', gate: 'at a gate' };

function linesOf(wait: Wait, { asOf, name, options }: { asOf: number; name: Wording; options: RenderOptions }): Wording[] {
  const { on, text, who, copy = [], link } = wait;
  const span = (words: string): string => codeSpan(redactThenCut(words, MAX_LINE_POINTS, options.redact));
  const what = text === undefined ? '' : shownText(text, options);
  return [
    ours(...name, `waiting ${WORDS_FOR[on]} ${clockTimes(wait, asOf, options.timeZone)}${what}`),
    ...(who === undefined ? [] : [ours('who may answer: ', foreign(redactThenCut(who, MAX_WHO_POINTS, options.redact)))]),
    ...copy.map((line) => ours(`copy: ${span(line)}`)),
    ...(link === undefined || !WEB_ADDRESS.test(link) ? [] : [ours(`open: ${span(link)}`)]),
  ];
}

/** In one line where it is short, else all of its lines in a block. */
function shownText(text: string, { redact }: RenderOptions): string {
  const whole = dropInvisible(wholeLines(redact(text), MAX_TEXT_POINTS)).trim();
  if (whole === '') return '';
  const isShort = !whole.includes('\n') && countCodePoints(whole) <= SPAN_POINTS;
  return isShort ? `: ${codeSpan(whole)}` : `:\n${codeBlock(whole)}`;
}

/** Only a single word may begin a line as it is: several could look like a sentence of ours. */
function nameThatWaits(label: string, options: RenderOptions): Wording {
  const name = safeName(label, options);
  const isOneWord = !draw(name, 'later').includes(' ');
  return [...(isOneWord ? name : [draw(name, 'first')]), ' is '];
}
