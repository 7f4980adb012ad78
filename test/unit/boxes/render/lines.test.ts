import { describe, expect, it } from 'vitest';
import type { TurnStatus } from '../../../../src/core/card.ts';
import type { TurnTree } from '../../../../src/core/session.ts';
import { ACTIVE, callOf, drawTree, doneAfter, OPTIONS, said, START, treeOf } from './trees.ts';

const linesOf = (tree: TurnTree, options: Partial<typeof OPTIONS> = {}, status: TurnStatus = ACTIVE) =>
  drawTree(tree, () => status, { ...OPTIONS, ...options }).lines;

describe('text lines', () => {
  it.each([
    ['Reading live-status source code...', 'Reading live-status source code...'],
    ['\n\n## Plan\n\n- a\n- b', 'Plan'],
    ['```ts\nconst a = b.c;\n```', 'const a = `b.c`;'],
    ['---\nThen this', 'Then this'],
    ['word '.repeat(60), `${'word '.repeat(32).slice(0, 159).trimEnd()}…`],
  ])('show the first line of %j', (words, expected) => {
    expect(linesOf(treeOf({ turn: { lines: [said('a', words)] } }))).toEqual([expected]);
  });

  it('show nothing for nothing', () => {
    expect(linesOf(treeOf({ turn: { lines: [said('a', ' \n\u200b'), said('b', '***')] } }))).toEqual([]);
  });

  it('show the remark about a compaction as it is promised', () => {
    const note = { kind: 'note' as const, id: 'n', text: '[session compacted - continuing]' };
    expect(linesOf(treeOf({ turn: { lines: [note] } }))).toEqual(['◆ [session compacted - continuing]']);
  });
});

describe('the line limit (LS-15)', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => said(`t${index}`, `step ${index + 1}`));

  it('drops the oldest and says how many, its own sentence included in the limit', () => {
    const card = drawTree(treeOf({ turn: { lines: many(20) } }), () => ACTIVE, OPTIONS);
    expect(card.lines).toEqual(Array.from({ length: 14 }, (_, index) => `step ${index + 7}`));
    expect(card.droppedLines).toBe(6);
  });

  it('drops nothing that just fits', () => {
    const card = drawTree(treeOf({ turn: { lines: many(15) } }), () => ACTIVE, OPTIONS);
    expect([card.lines.length, card.droppedLines]).toEqual([15, 0]);
  });

  it('counts what the turn itself has forgotten', () => {
    const card = drawTree(treeOf({ turn: { lines: many(20), droppedLines: 40 } }), () => ACTIVE, OPTIONS);
    expect([card.lines.length, card.droppedLines]).toEqual([14, 46]);
  });

  it('never drops violations and what a person must do', () => {
    const violations = Array.from({ length: 20 }, (_, index) => `finding ${index}`);
    const waiting = [{ waitId: 'w', on: 'approval' as const, text: 'rm -rf build' }];
    const { lines } = drawTree(treeOf({ turn: { lines: many(30), waiting } }), () => ACTIVE, { ...OPTIONS, maxLines: 3, violations });
    expect(lines.slice(-21)).toEqual([
      '◆ waiting for approval since 22:13 UTC: `rm -rf build`',
      ...violations.map((line) => `◆ [VIOLATION] ${line}`),
    ]);
    expect(lines[0]).toBe('step 30');
  });

  it('drops failed calls last, and says in the title how many there were', () => {
    const ok = (index: number) => callOf(`c${index}`, 'exec', { command: `step ${index}` });
    const bad = callOf('bad', 'exec', { command: 'make' }, { outcome: { kind: 'failed', exitCode: 2 } });
    const calls = [ok(1), bad, ...Array.from({ length: 38 }, (_, index) => ok(index + 2))];
    const card = drawTree(treeOf({ calls }), () => doneAfter(53_000), OPTIONS);
    expect(card.title).toBe('[DONE] main | 53s | 1 failed');
    expect(card.lines.slice(0, 2)).toEqual(['◆ exec: `make` [ERR exit 2]', '◆ exec: `step 27` [OK]']);
    expect([card.lines.length, card.droppedLines, card.lines.at(-1)]).toEqual([14, 26, '◆ exec: `step 39` [OK]']);
  });

  it('keeps the newest failures and the last line when there are more failures than lines', () => {
    const calls = Array.from({ length: 30 }, (_, index) =>
      callOf(`c${index}`, 'exec', { command: `step ${index}` }, index < 25 ? { outcome: { kind: 'failed' } } : {}),
    );
    const { lines } = drawTree(treeOf({ calls }), () => ACTIVE, { ...OPTIONS, maxLines: 5 });
    expect(lines).toEqual(['◆ exec: `step 22` [ERR]', '◆ exec: `step 23` [ERR]', '◆ exec: `step 24` [ERR]', '◆ exec: `step 29` [OK]']);
  });

  it('keeps a failure of a sub-agent with the name of its block', () => {
    const bad = callOf('bad', 'exec', { command: 'make' }, { outcome: { kind: 'failed' } });
    const child = treeOf({ calls: [bad] });
    const tree = treeOf({ children: { kid: { tree: child, label: 'kid' } } });
    const after = { ...tree, turn: { ...tree.turn, lines: [...tree.turn.lines, ...many(20)] } };
    const card = drawTree(after, (node) => (node === after ? ACTIVE : doneAfter(9_000)), { ...OPTIONS, maxLines: 5 });
    expect(card.lines.map((line) => line.trim())).toEqual(['◆ Sub-agent: kid', '◆ exec: `make` [ERR]', 'step 19', 'step 20']);
  });

  it('keeps the name of a block whose lines it keeps', () => {
    const child = treeOf({ turn: { lines: many(4) } });
    const tree = treeOf({ children: { kid: { tree: child, label: 'kid' } }, turn: {} });
    const before = { ...tree, turn: { ...tree.turn, lines: [...many(3), ...tree.turn.lines] } };
    const card = drawTree(before, (node) => (node === before ? ACTIVE : doneAfter(9_000)), { ...OPTIONS, maxLines: 5 });
    expect(card.lines.map((line) => line.trim())).toEqual(['◆ Sub-agent: kid', 'step 3', 'step 4', '◆ [DONE] 9s']);
    expect(card.droppedLines).toBe(5);
  });
});

describe('our mark', () => {
  const lines = [
    said('a', 'Sub-agent: x'),
    said('b', '◆ exec: `ls` [OK]'),
    said('c', 'waiting for approval: `rm -rf /`'),
    said('d', '［DONE］ 28s'),
    said('e', '… 12 earlier lines'),
  ];

  it('begins every line below the title but those that the agent said, and stands nowhere in these', () => {
    const calls = [callOf('1', 'exec', { command: 'echo ◆ ♦' })];
    const child = treeOf({ turn: { waiting: [{ waitId: 'w', on: 'answer' }] } });
    const plan = [{ step: '◆ one', status: 'pending' as const }];
    const tree = treeOf({ calls, children: { k: { tree: child, label: '◆ kid' } }, turn: { plan } });
    const whole = { ...tree, turn: { ...tree.turn, lines: [...lines, ...tree.turn.lines], droppedLines: 3 } };
    const status = (node: TurnTree): TurnStatus =>
      node === whole ? { state: 'error', final: true, reason: '{"a": 1}' } : doneAfter(9_000);
    const card = drawTree(whole, status, { ...OPTIONS, remarks: ['n'], violations: ['v'], maxLines: 40 });
    expect(card.lines.map((line) => line.trim())).toEqual([
      'Sub-agent: x',
      '· exec: `ls` `[OK]`',
      'waiting for approval: `rm -rf /`',
      '(DONE) 28s',
      '… 12 earlier lines',
      '◆ exec: `echo · ·` [OK]',
      '◆ Sub-agent: kid',
      '◆ [DONE] 9s',
      '◆ Plan 0/1: ○ · one',
      '◆ reason: `{"a": 1}`',
      '◆ [NOTICE] n',
      '◆ kid is waiting for an answer since 22:13 UTC',
      '◆ [VIOLATION] v',
    ]);
  });

  it.each([
    ['Sub-agent', '◆ tool `Sub-agent`: `x` [OK]'],
    ['reason', '◆ tool `reason`: `x` [OK]'],
    ['kid is waiting for approval', '◆ tool `kid is waiting for approval`: `x` [OK]'],
    ['[VIOLATION]', '◆ tool `[VIOLATION]`: `x` [OK]'],
    ['… 12 earlier lines', '◆ tool `… 12 earlier lines`: `x` [OK]'],
    ['', '◆ tool: `x` [OK]'],
  ])('before a call of a tool that is named %j leaves no doubt that it is a call', (tool, expected) => {
    expect(linesOf(treeOf({ calls: [callOf('1', tool, { command: 'x' })] }))).toEqual([expected]);
  });

  it('before a name that could be a sentence of ours puts that in a code span', () => {
    const kid = treeOf({ turn: { waiting: [{ waitId: 'w', on: 'answer' }] } });
    const tree = treeOf({ children: { k: { tree: kid, label: 'waiting for approval of x and main' } } });
    expect(linesOf(tree).at(-1)).toBe('◆ `waiting for approval of x and main` is waiting for an answer since 22:13 UTC');
  });
});

describe('sub-agents (LS-12)', () => {
  const grandchild = treeOf({ turn: { lines: [said('g', 'Counting leaves...')] } });
  const child = treeOf({
    turn: { lines: [said('c', 'Reading protocol...'), { kind: 'child', childKey: 'g' }], childrenByKey: { g: { label: 'counter' } } },
  });
  const nested: TurnTree = { ...child, childrenByKey: { g: grandchild } };

  it('are indented blocks with their own end, at any depth', () => {
    const tree = treeOf({ children: { kid: { tree: nested, label: 'proj035-planner' } } });
    const status = (node: TurnTree) => (node === grandchild ? doneAfter(9_000) : node === nested ? doneAfter(28_000) : ACTIVE);
    expect(drawTree(tree, status, OPTIONS).lines).toEqual([
      '◆ Sub-agent: proj035-planner',
      '\u2003\u2003Reading protocol...',
      '\u2003\u2003◆ Sub-agent: counter',
      '\u2003\u2003\u2003\u2003Counting leaves...',
      '\u2003\u2003\u2003\u2003◆ [DONE] 9s',
      '\u2003\u2003◆ [DONE] 28s',
    ]);
  });

  it('go on after their parent has ended', () => {
    const tree = treeOf({ children: { kid: { tree: treeOf({ turn: { lines: [said('c', 'Still here')] } }), label: 'kid' } } });
    const lines = drawTree(tree, (node) => (node === tree ? doneAfter(5_000) : ACTIVE), OPTIONS).lines;
    expect(lines).toEqual(['◆ Sub-agent: kid', '\u2003\u2003Still here']);
  });

  it('show that they wait, retry or failed', () => {
    const kid = treeOf({ turn: { waiting: [{ waitId: 'w', on: 'approval', text: 'uname -s' }] } });
    const tree = treeOf({ children: { kid: { tree: kid, label: 'kid' } } });
    const lines = drawTree(
      tree,
      (node) => (node === kid ? { state: 'waiting', final: false, waitingOn: 'approval' } : ACTIVE),
      OPTIONS,
    ).lines;
    expect(lines).toEqual([
      '◆ Sub-agent: kid',
      '\u2003\u2003◆ [WAITING] approval | 38s',
      '◆ kid is waiting for approval since 22:13 UTC: `uname -s`',
    ]);
  });

  it('take at most a third of the box each, and say what they left out', () => {
    const busy = treeOf({
      turn: { lines: Array.from({ length: 30 }, (_, index) => said(`t${index}`, `step ${index + 1}`)), droppedLines: 5 },
    });
    const tree = treeOf({ children: { a: { tree: busy, label: 'a' } } });
    const { lines } = drawTree(tree, (node) => (node === tree ? ACTIVE : doneAfter(60_000)), OPTIONS);
    expect(lines.map((line) => line.trim())).toEqual([
      '◆ Sub-agent: a',
      '◆ … 31 earlier lines',
      'step 27',
      'step 28',
      'step 29',
      'step 30',
      '◆ [DONE] 1m',
    ]);
  });

  it('that are not known yet have only their name', () => {
    expect(linesOf(treeOf({ children: { kid: { label: 'file-counter' } } }))).toEqual(['◆ Sub-agent: file-counter']);
  });
});

describe('verbosity', () => {
  const calls = [
    callOf('ok', 'exec', { command: 'true' }),
    callOf('bad', 'exec', { command: 'false' }, { outcome: { kind: 'failed', exitCode: 1 } }),
  ];
  const child = treeOf({ turn: { lines: [said('c', 'Working')] } });
  const tree = treeOf({
    calls,
    children: { kid: { tree: child, label: 'kid' } },
    session: { model: 'acme/model-5', contextTokens: 40_000, contextWindow: 200_000 },
    turn: {
      plan: [
        { step: 'Read the sources', status: 'completed' },
        { step: 'Write @all tests', status: 'in_progress' },
        { step: 'Release', status: 'pending' },
      ],
      usageById: { a: { input: 900, output: 100, cacheRead: 0, cacheWrite: 0, costUsd: 0 } },
    },
  });
  const withText = { ...tree, turn: { ...tree.turn, lines: [said('a', 'Hello there'), ...tree.turn.lines] } };
  const status = (node: TurnTree) => (node === withText ? ACTIVE : doneAfter(28_000));
  const render = (verbosity: 'quiet' | 'normal' | 'detail') =>
    drawTree(withText, status, { ...OPTIONS, verbosity }).lines.map((line) => line.trim());

  it('quiet: failures, sub-agents and the end', () => {
    expect(render('quiet')).toEqual(['◆ exec: `false` [ERR exit 1]', '◆ Sub-agent: kid', '◆ [DONE] 28s']);
  });

  it('normal: text and tools too, the plan in one line', () => {
    expect(render('normal')).toEqual([
      'Hello there',
      '◆ exec: `true` [OK]',
      '◆ exec: `false` [ERR exit 1]',
      '◆ Sub-agent: kid',
      'Working',
      '◆ [DONE] 28s',
      '◆ Plan 1/3: ✓ Read the sources · ▸ Write `@all` tests · ○ Release',
    ]);
  });

  it('detail: model, tokens so far, context and every step of the plan', () => {
    expect(render('detail').slice(-5)).toEqual([
      '◆ `acme/model-5` · 1k tokens · context 20% full',
      '◆ Plan 1/3',
      '◆ ✓ Read the sources',
      '◆ ▸ Write `@all` tests',
      '◆ ○ Release',
    ]);
  });

  it.each([
    [149_000, []],
    [150_000, ['◆ context 75% full']],
    [180_000, ['◆ context 90% full, compaction is near']],
  ])('warns of a context of %d tokens in 200,000', (contextTokens, expected) => {
    expect(linesOf(treeOf({ session: { contextTokens, contextWindow: 200_000 } }))).toEqual(expected);
  });

  it('names only the step at work of a long plan', () => {
    const plan = ['a', 'b', 'c', 'd', 'e'].map((step, index) => ({
      step: `step ${step}`,
      status: index === 2 ? ('in_progress' as const) : ('pending' as const),
    }));
    expect(linesOf(treeOf({ turn: { plan } }))).toEqual(['◆ Plan 0/5: ▸ step c']);
  });
});

describe('the reason of a failure', () => {
  it('is in the title alone when it fits there', () => {
    const card = drawTree(treeOf(), () => ({ state: 'error', final: true, reason: 'the model call failed', endedAt: START }), OPTIONS);
    expect([card.title, card.lines]).toEqual(['[ERROR] the model call failed | main | 0s', []]);
  });

  it('is shown whole, and harmless, when the title had to simplify it', () => {
    const card = drawTree(
      treeOf(),
      () => ({ state: 'error', final: true, reason: '429 {"type":"rate_limit"} see https://a.example', endedAt: START }),
      OPTIONS,
    );
    expect(card.title).toBe('[ERROR] 429 type rate_limit see https a example | main | 0s');
    expect(card.lines).toEqual(['◆ reason: 429 `{"type":"rate_limit"}` see `https://a.example`']);
  });
});
