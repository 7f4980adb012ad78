// Draws what a turn and its sub-agents wait for: people must always see it. Pure.

import type { WaitsOn } from '../../core/event.ts';
import type { TurnTree, Waiting } from '../../core/session.ts';
import { openWaits } from '../../core/turn.ts';
import { codeSpan } from '../../text/neutralise.ts';
import { redactThenCut } from '../../text/redact.ts';
import type { RenderOptions } from './render-options.ts';
import { childName, safeName } from './title.ts';
import { draw, foreign, ours, type Wording } from './wording.ts';

const MAX_SENTENCE_POINTS = 300;
const MAX_WHO_POINTS = 120;

/** `waiting w1` for each wait of the tree. */
export function waitIds(tree: TurnTree): string[] {
  const own = openWaits(tree.turn, tree.session.asOf).map(({ waitId }) => `waiting ${waitId}`);
  return [...own, ...Object.values(tree.childrenByKey).flatMap(waitIds)];
}

/** The questions that wait for people, in this turn and below. */
export function waitingLines(tree: TurnTree, options: RenderOptions, name: Wording = []): Wording[] {
  const own = openWaits(tree.turn, tree.session.asOf).flatMap((waiting) => linesOf(waiting, name, options));
  const below = Object.entries(tree.childrenByKey).flatMap(([key, child]) =>
    waitingLines(child, options, nameThatWaits(childName(tree, key), options)),
  );
  return [...own, ...below];
}

const WORDS_FOR: Record<WaitsOn, string> = { approval: 'for approval', answer: 'for an answer', review: 'for a review', gate: 'at a gate' };

function linesOf({ on, text, who, copy = [], link }: Waiting, name: Wording, options: RenderOptions): Wording[] {
  const span = (words: string): string => codeSpan(redactThenCut(words, MAX_SENTENCE_POINTS, options.redact));
  const shown = text === undefined ? '' : span(text);
  return [
    ours(...name, `waiting ${WORDS_FOR[on]}${shown === '' ? '' : `: ${shown}`}`),
    ...(who === undefined ? [] : [ours('who may answer: ', foreign(redactThenCut(who, MAX_WHO_POINTS, options.redact)))]),
    ...copy.map((line) => ours(`copy: ${span(line)}`)),
    ...(link === undefined ? [] : [ours(`open: ${span(link)}`)]),
  ];
}

/** Only a single word may begin a line as it is: several could look like a sentence of ours. */
function nameThatWaits(label: string, options: RenderOptions): Wording {
  const name = safeName(label, options);
  const isOneWord = !draw(name, 'later').includes(' ');
  return [...(isOneWord ? name : [draw(name, 'first')]), ' is '];
}
