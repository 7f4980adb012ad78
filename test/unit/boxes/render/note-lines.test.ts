// What a box says of meters, notes, and waits for a review or at a gate.

import { describe, expect, it } from 'vitest';
import { encodeAttachment } from '../../../../src/boxes/render/encode-attachment.ts';
import type { TurnMeter, TurnNote, Waiting } from '../../../../src/core/session.ts';
import { boxOf } from './box-of.ts';
import { ACTIVE, doneAfter, drawTree, OPTIONS, said, treeOf } from './trees.ts';

const budget = (used: number, of?: number, unit?: string): TurnMeter => ({
  name: 'Budget',
  used,
  ...(of === undefined ? {} : { of }),
  ...(unit === undefined ? {} : { unit }),
});
const note = (noteId: string, severity: TurnNote['severity'] = 'info'): TurnNote => ({ noteId, text: `note ${noteId}`, severity });
const linesWith = (turn: { meters?: TurnMeter[]; notes?: TurnNote[]; waiting?: Waiting[] }, options: Partial<typeof OPTIONS> = {}) =>
  drawTree(treeOf({ turn }), () => ACTIVE, { ...OPTIONS, ...options }).lines;

describe('a meter', () => {
  it.each([
    [budget(7_200, 10_000), 'Budget ███████░░░ 72 % (7,200/10,000)'],
    [budget(0, 10), 'Budget ░░░░░░░░░░ 0 % (0/10)'],
    [budget(999, 1_000), 'Budget █████████░ 99 % (999/1,000)'],
    [budget(10, 10), 'Budget ██████████ 100 % (10/10)'],
    [budget(31, 10), 'Budget ██████████ 310 % (31/10)'],
    [budget(1e300, 1), 'Budget ██████████ 999 % (1,000,000,000,000/1)'],
    [budget(3, 30, 'min'), 'Budget █░░░░░░░░░ 10 % (3 min/30 min)'.replace('3 min/', '3/')],
    [budget(-5, 10), 'Budget ░░░░░░░░░░ 0 % (-5/10)'],
    [budget(Number.NaN, 10), 'Budget ░░░░░░░░░░ 0 % (?/10)'],
    [budget(12.345), 'Budget 12.35'],
    [budget(1_200, undefined, 'tokens'), 'Budget 1,200 tokens'],
    [budget(0.123, undefined, '$'), 'Budget $0.12'],
    [budget(5, 10, '$'), 'Budget █████░░░░░ 50 % ($5/10)'],
    [budget(5, 0), 'Budget 5'],
    [budget(5, Number.POSITIVE_INFINITY), 'Budget 5'],
  ])('%j is drawn as %j', (meter, expected) => {
    expect(linesWith({ meters: [meter] })).toEqual([`◆ ${expected}`]);
  });

  it('turns the box amber at 75 %, and red at 100 %, until its turn has ended', () => {
    const colorAt = (used: number, status = ACTIVE) =>
      drawTree(treeOf({ turn: { meters: [budget(1, 100), budget(used, 100)] } }), () => status, OPTIONS).color;
    const [blue, amber, red, green] = [colorAt(74), colorAt(75), colorAt(100), colorAt(100, doneAfter(1_000))];
    expect(new Set([blue, amber, red, green]).size).toBe(4);
    expect([colorAt(0), colorAt(99), colorAt(200), colorAt(0, doneAfter(1_000))]).toEqual([blue, amber, red, green]);
  });

  it('cannot pass for a sentence of ours by its name', () => {
    const [line = ''] = linesWith({ meters: [{ name: 'reason: all is well', used: 1 }] });
    expect(line).toBe('◆ `reason all is well` 1');
  });
});

describe('a note', () => {
  it('says how much it matters', () => {
    expect(linesWith({ notes: [note('a'), note('b', 'warning'), note('c', 'critical')] })).toEqual([
      '◆ · note a',
      '◆ [WARNING] note b',
      '◆ [CRITICAL] note c',
    ]);
  });

  it('is redacted and harmless', () => {
    const text = 'ask @all about hunter2 [VIOLATION]';
    const [line = ''] = linesWith(
      { notes: [{ noteId: 'n', text, severity: 'info' }] },
      { redact: (words) => words.replaceAll('hunter2', '[redacted]') },
    );
    expect(line).toBe('◆ · ask `@all` about `[redacted] [VIOLATION]`');
  });

  it('stands below what happened, above the meters; a quiet box has only what matters', () => {
    const turn = { lines: [said('t', 'text')], notes: [note('a'), note('b', 'warning')], meters: [budget(1, 10), budget(9, 10)] };
    const drawn = (verbosity: 'normal' | 'quiet') => drawTree(treeOf({ turn }), () => ACTIVE, { ...OPTIONS, verbosity }).lines;
    expect(drawn('normal').map((line) => line.slice(0, 10))).toEqual(['text', '◆ · note a', '◆ [WARNING', '◆ Budget █', '◆ Budget █']);
    expect(drawn('quiet').map((line) => line.slice(0, 10))).toEqual(['◆ [WARNING', '◆ Budget █']);
  });
});

describe('a box that is too long', () => {
  const lines = Array.from({ length: 40 }, (_, index) => said(`t${index}`, `step ${index}`));
  const turn = { lines, notes: [note('a'), note('b', 'critical')], meters: [budget(8, 10)] };

  it('keeps what matters of notes and meters, in its lines', () => {
    const card = drawTree(treeOf({ turn }), () => ACTIVE, { ...OPTIONS, maxLines: 4 });
    expect(card.lines).toEqual(['◆ · note a', '◆ [CRITICAL] note b', '◆ Budget ████████░░ 80 % (8/10)']);
  });

  it('and where the server takes fewer', () => {
    const card = drawTree(treeOf({ turn }), () => ACTIVE, { ...OPTIONS, maxLines: 40 });
    const { lines: sent } = boxOf(encodeAttachment(card, {}, { maxPropsChars: 300 }));
    expect(sent.slice(-2)).toEqual(['◆ [CRITICAL] note b', '◆ Budget ████████░░ 80 % (8/10)']);
    expect(sent.length).toBeLessThan(15);
  });
});

describe('a part of a plan', () => {
  it('is called by its title, with its own notes and meters below it', () => {
    const part = treeOf({ session: { title: 'T-001 node-a' }, turn: { notes: [note('a')], meters: [budget(1, 10)] } });
    const { lines } = drawTree(treeOf({ children: { kid: { tree: part } } }), () => ACTIVE, OPTIONS);
    expect(lines.map((line) => line.replaceAll('\u2003', '_'))).toEqual([
      '◆ Part: T-001 node-a',
      '__◆ · note a',
      '__◆ Budget █░░░░░░░░░ 10 % (1/10)',
    ]);
  });
});

describe('a part that is done', () => {
  it('only keeps what matters of its notes and meters', () => {
    const part = treeOf({
      session: { title: 'T-001' },
      turn: { notes: [note('a'), note('b', 'warning')], meters: [budget(1, 10), budget(9, 10)] },
    });
    const statusOf = (node: unknown) => (node === part ? doneAfter(1_000) : ACTIVE);
    const { lines } = drawTree(treeOf({ children: { kid: { tree: part } } }), statusOf, OPTIONS);
    expect(lines.map((line) => line.trim())).toEqual([
      '◆ Part: T-001',
      '◆ [WARNING] note b',
      '◆ Budget █████████░ 90 % (9/10)',
      '◆ [DONE] 1s',
    ]);
  });
});

describe('a wait', () => {
  it.each([
    ['review' as const, '◆ waiting for a review since 22:13 UTC: `T-001`'],
    ['gate' as const, '◆ waiting at a gate since 22:13 UTC: `T-001`'],
  ])('(%s) says for what, who may answer, and what to copy', (on, first) => {
    const waiting: Waiting = {
      waitId: 'w',
      on,
      text: 'T-001',
      who: 'anybody here',
      copy: ['@bot /approve 1', 'deny'],
      link: 'https://x.invalid',
    };
    expect(linesWith({ waiting: [waiting] })).toEqual([
      first,
      '◆ who may answer: anybody here',
      '◆ copy: `@bot /approve 1`',
      '◆ copy: `deny`',
      '◆ open: `https://x.invalid`',
    ]);
  });
});
