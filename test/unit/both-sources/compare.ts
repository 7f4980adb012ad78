// What of two boxes must be equal, and how far the rest may differ.

import type { FinalBox } from './final-boxes.ts';

/** A box with the time taken out of its title. */
export interface Told {
  sessionKey: string;
  title: string;
  lines: string[];
  elapsedMs: number;
}

const ELAPSED = /\| (?:(\d+)h )?(?:(\d+)m )?(?:(\d+)s)(?= \||$)/;
/** Written by the gateway itself between two turns: which of them such a line stands in depends on what was known when it came. */
const BETWEEN_TURNS = /^(?:✅ New session started\.|Model set to )/;

/** Commands that the gateway answers by itself are told by transcripts only, and no model works on them. */
export function comparable(boxes: readonly FinalBox[]): Told[] {
  return boxes.filter(({ trigger, card }) => trigger !== 'command' || /\btokens\b/.test(card.title)).map(emitted);
}

function emitted({ sessionKey, card }: FinalBox): Told {
  const [, hours = 0, minutes = 0, seconds = 0] = ELAPSED.exec(card.title) ?? [];
  return {
    sessionKey,
    title: card.title.replace(ELAPSED, ''),
    lines: card.lines.filter((line) => !BETWEEN_TURNS.test(line)),
    elapsedMs: ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000,
  };
}

/** The boxes as they are, for people to read. */
export function textOf(boxes: readonly FinalBox[]): string {
  return boxes.map(({ sessionKey, card }) => `${sessionKey}\n${[card.title, ...card.lines].join('\n')}\n`).join('\n');
}

/** Line by line: `-` for what only `before` has, `+` for what only `after` has; lines that both have are left out. */
export function differenceOf(before: string, after: string): string {
  const [a, b] = [before.split('\n'), after.split('\n')];
  const lengths = commonLengths(a, b);
  const out: string[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    if (i < a.length && j < b.length && a[i] === b[j]) [i, j] = [i + 1, j + 1];
    else if (j >= b.length || (i < a.length && (lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0))) out.push(`- ${a[i++]}`);
    else out.push(`+ ${b[j++]}`);
  }
  return out.join('\n');
}

/** How many lines `a` from `i` and `b` from `j` have in common, in order. */
function commonLengths(a: readonly string[], b: readonly string[]): number[][] {
  const lengths = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const row = lengths[i];
      const next = lengths[i + 1];
      if (row === undefined || next === undefined) continue;
      row[j] = a[i] === b[j] ? (next[j + 1] ?? 0) + 1 : Math.max(next[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return lengths;
}
