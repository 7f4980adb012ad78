// The lines of a turn in the order things happened, sub-agents as indented blocks, the oldest dropped when there are too many.

import { plainText, prose } from '../core/neutralise.ts';
import { redactThenCut } from '../core/redact.ts';
import type { Line, TurnTree } from '../core/session.ts';
import { cut, dropInvisible, oneLine } from '../core/text.ts';
import { callLine } from './call-line.ts';
import type { RenderContext } from './render-options.ts';
import { safeName, stateLine } from './title.ts';

const MAX_TEXT_POINTS = 160;
const MAX_SCANNED_POINTS = 4_000; // of a long answer, enough for its first line
const INDENT = '\u2003'; // An em space: Markdown drops ordinary spaces, old clients turn no-break ones into ordinary ones.
const MAX_INDENT = 3; // deeper blocks would have no room on a phone
const CHILD_SHARE = 3; // a sub-agent's block gets a third of the box
const MIN_CHILD_LINES = 3;

/** One line before it is indented; `depth` 0 belongs to the box's own turn. */
interface BoxLine {
  text: string;
  depth: number;
  /** Names the block that follows with a greater depth. */
  isHeader: boolean;
  /** How many lines it stands for. */
  weight: number;
}

/** All lines of a turn and below, without any limit on the turn's own. */
export function linesOf(tree: TurnTree, depth: number, context: RenderContext): BoxLine[] {
  return tree.turn.lines.flatMap((line) => linesOfOne(line, tree, depth, context));
}

function linesOfOne(line: Line, tree: TurnTree, depth: number, context: RenderContext): BoxLine[] {
  switch (line.kind) {
    case 'text':
      return context.options.verbosity === 'quiet' ? [] : single(textLine(line.text, context), depth);
    case 'note':
      return context.options.verbosity === 'quiet' ? [] : single(noteLine(line.text, context), depth);
    case 'call': {
      const call = tree.turn.callsById[line.callId];
      const place = { turn: tree.turn, isFinal: context.statusOf(tree).final, asOf: tree.session.asOf };
      return call === undefined ? [] : single(callLine(call, place, context) ?? '', depth);
    }
    case 'child':
      return childBlock(line.childKey, tree, depth, context);
    default:
      return line satisfies never;
  }
}

function single(text: string, depth: number): BoxLine[] {
  return text === '' ? [] : [{ text, depth, isHeader: false, weight: 1 }];
}

/** What the assistant said, its first line only. */
function textLine(text: string, { options }: RenderContext): string {
  const lines = dropInvisible(redactThenCut(text, MAX_SCANNED_POINTS, options.redact)).split('\n');
  const first = lines.find((line) => /[^\s`~*_=#>|-]/.test(line) && !/^\s*(?:```|~~~)/.test(line)) ?? '';
  return prose(cut(oneLine(first), MAX_TEXT_POINTS));
}

/** Our own remarks stand in brackets. */
function noteLine(text: string, { options }: RenderContext): string {
  const inner = /^\[([^[\]]*)\]$/.exec(text)?.[1];
  return inner === undefined
    ? prose(cut(oneLine(options.redact(text)), MAX_TEXT_POINTS))
    : `[${plainText(options.redact(inner), MAX_TEXT_POINTS)}]`;
}

function childBlock(childKey: string, tree: TurnTree, depth: number, context: RenderContext): BoxLine[] {
  const child = tree.childrenByKey[childKey];
  const name = tree.turn.childrenByKey[childKey]?.label ?? child?.session.label ?? child?.session.agentId ?? 'agent';
  const header: BoxLine = { text: `Sub-agent: ${safeName(name, context)}`, depth, isHeader: true, weight: 1 };
  if (child === undefined) return [header];
  const max = Math.max(MIN_CHILD_LINES, Math.floor(context.options.maxLines / CHILD_SHARE));
  const { lines, dropped } = newestLines(linesOf(child, depth + 1, context), max, child.turn.droppedLines);
  const note: BoxLine[] = dropped === 0 ? [] : [{ text: earlierLines(dropped), depth: depth + 1, isHeader: false, weight: dropped }];
  const end = context.statusOf(child).state === 'active' ? [] : single(stateLine(child, context), depth + 1);
  return [header, ...note, ...lines, ...end];
}

/** At most `max` of the newest lines, one of them kept free for the note when some are dropped. The headers above a kept line are kept. */
export function newestLines(lines: readonly BoxLine[], max: number, droppedBefore: number): { lines: BoxLine[]; dropped: number } {
  if (lines.length + (droppedBefore > 0 ? 1 : 0) <= max) return { lines: [...lines], dropped: droppedBefore };
  let start = lines.length;
  while (start > 0 && headersAbove(lines, start - 1).length + lines.length - start + 1 < Math.max(2, max)) start--;
  const kept = [...headersAbove(lines, start), ...lines.slice(start)];
  const total = (some: readonly BoxLine[]) => some.reduce((sum, line) => sum + line.weight, 0);
  return { lines: kept, dropped: droppedBefore + total(lines) - total(kept) };
}

/** The headers of the blocks that a line is in, outermost first. */
function headersAbove(lines: readonly BoxLine[], index: number): BoxLine[] {
  const headers: BoxLine[] = [];
  let depth = lines[index]?.depth ?? 0;
  for (let above = index - 1; above >= 0 && depth > 0; above--) {
    const line = lines[above];
    if (line === undefined || !line.isHeader || line.depth >= depth) continue;
    headers.unshift(line);
    depth = line.depth;
  }
  return headers;
}

export function earlierLines(count: number): string {
  return `… ${count} earlier ${count === 1 ? 'line' : 'lines'}`;
}

/** The line as it is written, with its indentation. */
export function indented(line: BoxLine): string {
  return `${INDENT.repeat(2 * Math.min(line.depth, MAX_INDENT))}${line.text}`;
}
