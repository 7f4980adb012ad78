import { describe, expect, it } from 'vitest';
import { encodeAttachment, propsLength } from '../../../../src/boxes/render/encode-attachment.ts';
import { encodeMessage } from '../../../../src/boxes/render/encode-message.ts';
import { type Card, firstVersion } from '../../../../src/core/card.ts';
import type { TurnTree } from '../../../../src/core/session.ts';
import { countCodePoints } from '../../../../src/text/text.ts';
import { boxOf } from './box-of.ts';
import { ACTIVE, callOf, doneAfter, drawTree, OPTIONS, said, treeOf } from './trees.ts';

const META = { v: 1, box: 'b-1', open: true, seq: 7 };

function cardOf(parts: Partial<Card>): Card {
  return {
    state: 'active',
    color: '#2d7ff9',
    title: '[ACTIVE] main | 38s',
    lines: [],
    droppedLines: 0,
    fallback: '[ACTIVE] main | 38s',
    urgentKey: '',
    final: false,
    ...parts,
  };
}

const PROPS_LIMIT = { maxPropsChars: 7_500 };
const MESSAGE_LIMIT = { maxMessageChars: 15_000 };
const ROOT_STATUS = { active: ACTIVE, done: doneAfter(53_000) };

/** The example of the product's description. */
function example(status: 'active' | 'done'): { tree: TurnTree; card: Card } {
  const child = treeOf({ session: { agentId: 'planner' }, turn: { lines: [said('c', 'Reading protocol...')] } });
  const calls = [callOf('1', 'exec', { command: 'ls /agents/sessions' }), callOf('2', 'exec', { command: 'grep -r live-status' })];
  const base = treeOf({
    calls,
    children: { kid: { tree: child, label: 'proj035-planner' } },
    turn: { usageById: { m: { input: 12_000, output: 400, cacheRead: 0, cacheWrite: 0, costUsd: 0 } } },
  });
  const [first, second, kid] = base.turn.lines;
  if (first === undefined || second === undefined || kid === undefined) throw new Error('three lines were built');
  const lines = [
    said('a', 'Reading live-status source code...'),
    first,
    said('b', 'Analyzing agent configurations...'),
    second,
    kid,
    said('z', 'Plan ready. Awaiting approval.'),
  ];
  const tree = { ...base, turn: { ...base.turn, lines } };
  const statusOf = (node: TurnTree) => (node === child ? doneAfter(28_000) : ROOT_STATUS[status]);
  return { tree, card: drawTree(tree, statusOf, OPTIONS) };
}

const EXAMPLE_LINES = [
  'Reading live-status source code...',
  '◆ exec: `ls /agents/sessions` [OK]',
  'Analyzing agent configurations...',
  '◆ exec: `grep -r live-status` [OK]',
  '◆ Sub-agent: proj035-planner',
  '\u2003\u2003Reading protocol...',
  '\u2003\u2003◆ [DONE] 28s',
  'Plan ready. Awaiting approval.',
];

describe('as an attachment', () => {
  it('has the title bold, the lines in a field, and no message', () => {
    const body = encodeAttachment(example('active').card, META, PROPS_LIMIT);
    expect(body).toEqual({
      props: {
        attachments: [
          {
            color: '#2d7ff9',
            fallback: '[ACTIVE] main | 38s',
            title: '[ACTIVE] main | 38s',
            fields: [{ short: false, title: '', value: EXAMPLE_LINES.join('\n') }],
          },
        ],
        livestatus: META,
        unsafe_links: 'true',
      },
    });
    expect('message' in body).toBe(false);
  });

  it('has no empty field when there is nothing to say yet', () => {
    expect(encodeAttachment(cardOf({}), META, PROPS_LIMIT).props['attachments']).toMatchObject([
      { title: '[ACTIVE] main | 38s', fields: [] },
    ]);
  });

  it.each([7_500, 4_000, 700])('keeps its props within %d code points as the server counts, cut at a line', (maxPropsChars) => {
    const lines = Array.from({ length: 80 }, (_, index) => `exec: \`echo "${index}" && <b> 😀 ${'x'.repeat(60)}\` [OK]`);
    const card = cardOf({ lines, droppedLines: 12 });
    const { props } = encodeAttachment(card, META, { maxPropsChars });
    expect(propsLength(props)).toBeLessThanOrEqual(maxPropsChars);
    const shown = boxOf({ props }).lines;
    expect(shown.slice(1)).toEqual(lines.slice(-(shown.length - 1)));
    expect(shown[0]).toBe(`◆ … ${12 + 80 - (shown.length - 1)} earlier lines`);
    expect(
      propsLength(
        encodeAttachment({ ...card, lines: lines.slice(-shown.length), droppedLines: 12 + 80 - shown.length }, META, {
          maxPropsChars: 99_999,
        }).props,
      ),
    ).toBeGreaterThan(maxPropsChars);
  });

  it('keeps the title and says what is missing when not even one line fits', () => {
    const { props } = encodeAttachment(cardOf({ lines: ['x'.repeat(900)] }), META, { maxPropsChars: 500 });
    expect(boxOf({ props })).toMatchObject({ title: '[ACTIVE] main | 38s', lines: ['◆ … 1 earlier line'] });
    expect(boxOf(encodeAttachment(cardOf({ lines: ['x'] }), META, { maxPropsChars: 10 })).lines).toEqual([]);
  });

  it('keeps failed calls when other lines have to go', () => {
    const calls = Array.from({ length: 60 }, (_, index) =>
      callOf(`c${index}`, 'exec', { command: `step ${index}` }, index === 5 ? { outcome: { kind: 'failed' } } : {}),
    );
    const card = drawTree(treeOf({ calls }), () => ACTIVE, { ...OPTIONS, maxLines: 99 });
    const { lines } = boxOf(encodeAttachment(card, META, { maxPropsChars: 700 }));
    expect(lines[0]).toMatch(/^◆ … \d+ earlier lines$/);
    expect(lines[1]).toBe('◆ exec: `step 5` [ERR]');
    expect(lines.at(-1)).toBe('◆ exec: `step 59` [OK]');
  });

  it('keeps violations when other lines have to go', () => {
    const tree = treeOf({ turn: { lines: Array.from({ length: 50 }, (_, index) => said(`t${index}`, 'word '.repeat(30))) } });
    const violations = Array.from({ length: 12 }, (_, index) => `finding ${index} ${'word '.repeat(20)}`);
    const card = drawTree(tree, () => ({ state: 'active', final: false }), { ...OPTIONS, maxLines: 100, violations });
    const { props } = encodeAttachment(card, META, { maxPropsChars: 3_000 });
    const value = boxOf({ props }).lines.join('\n');
    for (let index = 0; index < 12; index++) expect(value).toContain(`[VIOLATION] finding ${index} `);
    expect(value).toMatch(/^◆ … \d+ earlier lines\n/);
  });
});

describe('a new post', () => {
  const calls = [callOf('1', 'exec', { command: 'ls' }), callOf('2', 'alice', {})];
  const base = treeOf({ calls, session: { agentId: 'bob' }, turn: { trigger: { kind: 'schedule', name: 'carol asks' } } });
  const tree = { ...base, turn: { ...base.turn, lines: [said('a', 'Hello dave'), ...base.turn.lines] } };
  const card = firstVersion(drawTree(tree, () => ACTIVE, { ...OPTIONS, violations: ['erin answered'] }));

  it('has every foreign word in a code span, where words notify people', () => {
    const lines = ['`Hello dave`', '◆ exec: `ls` [OK]', '◆ `alice` [OK]', '◆ [VIOLATION] `erin answered`'];
    expect(boxOf(encodeAttachment(card, META, PROPS_LIMIT))).toMatchObject({
      title: '[ACTIVE] bob: carol asks | 38s | 1 violation',
      lines,
    });
    expect(encodeMessage(card, META, MESSAGE_LIMIT).message).toBe(
      ['[ACTIVE] `bob`: `carol asks` | 38s | 1 violation', ...lines].join('\n'),
    );
  });
});

describe('as a message', () => {
  it('is the box of the description, first line the title', () => {
    expect(encodeMessage(example('active').card, META, MESSAGE_LIMIT)).toEqual({
      message: ['[ACTIVE] main | 38s', ...EXAMPLE_LINES].join('\n'),
      props: { livestatus: META, unsafe_links: 'true' },
    });
    expect(encodeMessage(example('done').card, META, MESSAGE_LIMIT).message?.split('\n')[0]).toBe('[DONE] main | 53s | 12.4k tokens');
  });

  it.each([15_000, 1_000, 60])('has at most %d code points, cut at a line', (maxMessageChars) => {
    const lines = Array.from({ length: 400 }, (_, index) => `step ${index} ${'😀'.repeat(40)}`);
    const message = encodeMessage(cardOf({ lines }), META, { maxMessageChars }).message ?? '';
    expect(countCodePoints(message)).toBeLessThanOrEqual(maxMessageChars);
    const [title, note, ...shown] = message.split('\n');
    expect(title).toBe('[ACTIVE] main | 38s');
    if (note !== undefined) expect(note).toBe(`◆ … ${400 - shown.length} earlier lines`);
    expect(shown).toEqual(lines.slice(400 - shown.length));
    if (maxMessageChars > 100) expect(countCodePoints(message)).toBeGreaterThan(maxMessageChars - 60);
  });
});

describe('propsLength', () => {
  it.each<[unknown, number]>([
    [{ a: 'b' }, 9],
    [{ a: '😀' }, 9],
    [{ a: '<>&' }, 8 + 18],
    [{ a: '\u2028' }, 8 + 6],
    [{ a: '"\n' }, 8 + 4],
  ])('counts %j as the server does', (value, expected) => {
    expect(propsLength(value)).toBe(expected);
  });
});
