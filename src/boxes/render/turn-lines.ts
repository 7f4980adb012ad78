// Makes the lines of a turn in the order of events, with sub-agents as indented blocks.

import { plainText } from '../../text/neutralise.ts';
import { redactThenCut } from '../../text/redact.ts';
import { callOfLine } from '../../core/calls.ts';
import type { Line } from '../../core/session.ts';
import { type JudgedTree, knownUntil } from '../../core/status.ts';
import { countCodePoints, cut, dropInvisible, oneLine } from '../../text/text.ts';
import { callLine, isFailed } from './call-line.ts';
import { type BoxLine, earlierLines, newestLines } from './newest-lines.ts';
import { noteLines } from './note-lines.ts';
import type { RenderOptions } from './render-options.ts';
import { childName, safeName, stateLine } from './title.ts';
import { draw, ours, type Version, type Wording, foreign } from './wording.ts';

const MAX_TEXT_POINTS = 160;
const MAX_SCANNED_POINTS = 4_000; // of a long answer, enough for its first line
const FEW_POINTS = 320; // mostly enough for it
const INDENT = '\u2003'; // An em space: Markdown drops ordinary spaces, old clients turn no-break ones into ordinary ones.
const MAX_INDENT = 3; // deeper blocks would have no room on a phone
const CHILD_SHARE = 3; // a sub-agent's block gets a third of the box
const MIN_CHILD_LINES = 3;

/** All lines of a turn and below, without any limit on the turn's own. */
export function linesOf(tree: JudgedTree, depth: number, options: RenderOptions): BoxLine[] {
  const isBrief = options.verbosity === 'quiet' || (depth > 0 && tree.status.state === 'done');
  return [
    ...tree.turn.lines.flatMap((line) => linesOfOne(line, tree, depth, options)),
    ...noteLines(tree.turn, depth, { ...options, isBrief }),
  ];
}

function linesOfOne(line: Line, tree: JudgedTree, depth: number, options: RenderOptions): BoxLine[] {
  switch (line.kind) {
    case 'text':
      return options.verbosity === 'quiet' ? [] : single(textLine(line.text, options), depth);
    case 'note':
      return options.verbosity === 'quiet' ? [] : single(noteLine(line.text, options), depth);
    case 'call': {
      const call = callOfLine(tree.turn, line);
      const place = { turn: tree.turn, isFinal: tree.status.final, asOf: knownUntil(tree) };
      return call === undefined ? [] : single(callLine(call, place, options) ?? [], depth, isFailed(call) ? 'failure' : 'plain');
    }
    case 'child':
      return childBlock(line.childKey, tree, depth, options);
    default:
      return line satisfies never;
  }
}

function single(wording: Wording, depth: number, kind: BoxLine['kind'] = 'plain'): BoxLine[] {
  return draw(wording, 'later') === '' ? [] : [{ wording, depth, kind, weight: 1 }];
}

/** The first line of what the agent wrote. Only this kind of line does not begin with our mark. */
function textLine(text: string, options: RenderOptions): Wording {
  const few = firstLine(text, FEW_POINTS, options);
  const { line } = few.isAllThatShows ? few : firstLine(text, MAX_SCANNED_POINTS, options);
  return [foreign(cut(line, MAX_TEXT_POINTS))];
}

/** The first line among so many characters, and whether more of them would show the same. */
function firstLine(text: string, points: number, { redact }: RenderOptions): { line: string; isAllThatShows: boolean } {
  const lines = dropInvisible(redactThenCut(text, points, redact)).split('\n');
  const index = lines.findIndex((line) => /[^\s`~*_=#>|-]/.test(line) && !/^\s*(?:```|~~~)/.test(line));
  const line = oneLine(lines[index] ?? '');
  const isComplete = index !== -1 && index < lines.length - 1;
  return { line, isAllThatShows: text.length <= points || isComplete || countCodePoints(line) > MAX_TEXT_POINTS };
}

/** Notes of ours stand in brackets. */
function noteLine(text: string, options: RenderOptions): Wording {
  const inner = /^\[([^[\]]*)\]$/.exec(text)?.[1];
  return inner === undefined
    ? ours(foreign(cut(oneLine(options.redact(text)), MAX_TEXT_POINTS)))
    : ours(`[${plainText(options.redact(inner), MAX_TEXT_POINTS).replace(/[:;]$/, '')}]`);
}

function childBlock(childKey: string, tree: JudgedTree, depth: number, options: RenderOptions): BoxLine[] {
  const child = tree.childrenByKey[childKey];
  const name = safeName(childName(tree, childKey), options);
  const word = wordFor(child, tree.turn.childrenByKey[childKey]?.isWorker);
  const header: BoxLine = { wording: ours(`${word}: `, ...name), depth, kind: 'header', weight: 1 };
  if (child === undefined) return [header];
  const max = Math.max(MIN_CHILD_LINES, Math.floor(options.maxLines / CHILD_SHARE));
  const { lines, dropped } = newestLines(linesOf(child, depth + 1, options), max, child.turn.droppedLines);
  const note: BoxLine[] = dropped === 0 ? [] : [{ wording: [earlierLines(dropped)], depth: depth + 1, kind: 'plain', weight: dropped }];
  const end = child.status.state === 'active' ? [] : single(ours(...stateLine(child, options)), depth + 1);
  return [header, ...note, ...lines, ...end];
}

/** What a block is: a session that works on the task, a part of a plan or one of its members, a sub-agent. */
function wordFor(child: JudgedTree | undefined, isWorker = false): string {
  if (isWorker) return 'Session';
  return child?.session.title === undefined ? 'Sub-agent' : 'Part';
}

/** The line as it is written, with its indentation. */
export function indented({ wording, depth }: BoxLine, version: Version): string {
  return `${INDENT.repeat(2 * Math.min(depth, MAX_INDENT))}${draw(wording, version)}`;
}
