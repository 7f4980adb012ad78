// How much of an ordinary text the detectors look at: few literals in it make one look closer, and few texts have to be read in another form.

import { expect, it } from 'vitest';
import { createScanner } from '../../../src/text/redact-anchors.ts';
import { columnSpans } from '../../../src/text/redact-columns.ts';
import { TOOL_ANCHORS } from '../../../src/text/redact-commands.ts';
import { NAME_ANCHORS } from '../../../src/text/redact-pairs.ts';
import { PLACE_ANCHORS } from '../../../src/text/redact-places.ts';
import { longWords, SHAPE_ANCHORS } from '../../../src/text/redact-shapes.ts';
import { withoutEscapes, withoutLookAlikes, withoutMarks } from '../../../src/text/redact-view.ts';
import { ordinaryLines } from '../text/ordinary.ts';

const lines = ordinaryLines(5_000, 7);
const kB = lines.join('\n').length / 1_000;

function hitsPerKB(anchors: readonly { literal: string; anyCase: boolean }[]): number {
  const scan = createScanner(anchors.map(({ literal, anyCase }) => ({ literal, anyCase, meaning: undefined })));
  let hits = 0;
  for (const line of lines) scan(line, () => (hits += 1));
  return hits / kB;
}

it.each([
  ['names', NAME_ANCHORS, 25],
  ['tools', TOOL_ANCHORS, 10],
  ['places', PLACE_ANCHORS, 42],
  ['shapes', SHAPE_ANCHORS, 8],
] as const)('literals of %s occur in a kilobyte no more often than is counted here', (_, anchors, most) => {
  expect(hitsPerKB(anchors)).toBeLessThan(most);
});

it.each([
  ['marks', withoutMarks, 0.06],
  ['escapes', withoutEscapes, 0.01],
  ['look-alikes', withoutLookAlikes, 0.01],
] as const)('few lines are searched again without %s', (_, reading, most) => {
  const share = lines.filter((line) => reading(line) !== undefined).length / lines.length;
  expect(share).toBeLessThan(most);
});

it('few lines have a word that is long enough for a key without a beginning', () => {
  expect(lines.filter((line) => longWords(line).length > 0).length / lines.length).toBeLessThan(0.3);
});

it('a table is looked for only where a name stands: without a place of one nothing is taken apart', () => {
  const table = 'user,token\nbob,a8F3kd93Jd8fKs02\n';
  expect(columnSpans(table, [table.indexOf('token')])).toHaveLength(1);
  expect(columnSpans(table, [])).toEqual([]);
});
