// Chooses the lines that stay when there are too many: the last one, failed calls, then the newest. Pure.

import { OUR_MARK } from '../../text/neutralise.ts';
import type { Wording } from './wording.ts';

/** One line before it is drawn; `depth` 0 belongs to the box's own turn. */
export interface BoxLine {
  wording: Wording;
  depth: number;
  /** `header` names the block that follows with a greater depth; `failure` is a failed call. */
  kind: 'plain' | 'header' | 'failure';
  /** How many lines it stands for. */
  weight: number;
}

/** At most `max` lines, one of them kept free for the note when some are dropped. The headers above a kept line are kept. */
export function newestLines(lines: readonly BoxLine[], max: number, droppedBefore: number): { lines: BoxLine[]; dropped: number } {
  if (lines.length + (droppedBefore > 0 ? 1 : 0) <= max) return { lines: [...lines], dropped: droppedBefore };
  const kept = keptIndices(lines, Math.max(1, max - 1));
  const shown = lines.filter((_, index) => kept.has(index));
  const total = (some: readonly BoxLine[]) => some.reduce((sum, line) => sum + line.weight, 0);
  return { lines: shown, dropped: droppedBefore + total(lines) - total(shown) };
}

/** As many as there is room for, the most important first, and always the last one. */
function keptIndices(lines: readonly BoxLine[], room: number): Set<number> {
  const isFailure = (index: number) => lines[index]?.kind === 'failure';
  const earlier = lines
    .map((_, index) => index)
    .toReversed()
    .slice(1);
  const byWorth = [lines.length - 1, ...earlier.filter(isFailure), ...earlier.filter((index) => !isFailure(index))];
  let kept = new Set<number>();
  for (const index of byWorth) {
    const next = new Set([...kept, ...headersAbove(lines, index), index]);
    if (next.size > room && kept.size > 0) {
      if (isFailure(index)) continue;
      break;
    }
    kept = next;
  }
  return kept;
}

/** The headers of the blocks that a line is in. */
function headersAbove(lines: readonly Pick<BoxLine, 'kind' | 'depth'>[], index: number): number[] {
  const headers: number[] = [];
  let depth = lines[index]?.depth ?? 0;
  for (let above = index - 1; above >= 0 && depth > 0; above--) {
    const line = lines[above];
    if (line === undefined || line.kind !== 'header' || line.depth >= depth) continue;
    headers.push(above);
    depth = line.depth;
  }
  return headers;
}

/**
 * The order in which an encoder with less room may drop lines: first successful ones, then failed calls and the headers above them, then
 * the lines that follow.
 */
export function dropOrderOf(lines: readonly Pick<BoxLine, 'kind' | 'depth'>[], following: number): number[] {
  const late = new Set(lines.flatMap((line, index) => (line.kind === 'failure' ? [...headersAbove(lines, index), index] : [])));
  const indices = lines.map((_, index) => index);
  return [
    ...indices.filter((index) => !late.has(index)),
    ...indices.filter((index) => late.has(index)),
    ...Array.from({ length: following }, (_, index) => lines.length + index),
  ];
}

export function earlierLines(count: number): string {
  return `${OUR_MARK} … ${count} earlier ${count === 1 ? 'line' : 'lines'}`;
}
