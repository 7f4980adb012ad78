import { describe, expect, it } from 'vitest';
import { renderCard } from '../../../src/boxes/render.ts';
import type { TurnStatus } from '../../../src/core/card.ts';
import { createRedactor } from '../../../src/core/redact.ts';
import type { Call, TurnTree } from '../../../src/core/session.ts';
import { ACTIVE, callOf, doneAfter, OPTIONS, runningCall, START, text, treeOf } from './trees.ts';

const linesOf = (tree: TurnTree, options: Partial<typeof OPTIONS> = {}, status: TurnStatus = ACTIVE) =>
  renderCard(tree, () => status, { ...OPTIONS, ...options }).lines;
const lineOf = (call: Call, options: Partial<typeof OPTIONS> = {}, status: TurnStatus = ACTIVE) =>
  linesOf(treeOf({ calls: [call] }), options, status)[0];

describe('tool lines (LS-19, LS-20)', () => {
  it.each<[string, Call, string]>([
    ['a finished call', callOf('c', 'exec', { command: 'ls /agents/sessions', yieldMs: '1000' }), 'exec: `ls /agents/sessions` [OK]'],
    ['a label', callOf('c', 'web_search', { query: 'mattermost props' }), 'search: `mattermost props` [OK]'],
    [
      'a failed call',
      callOf('c', 'exec', { command: 'false' }, { outcome: { kind: 'failed', exitCode: 3, detail: 'no such file' } }),
      'exec: `false` [ERR exit 3]',
    ],
    ['a failure without an exit code', callOf('c', 'read', { path: 'a.txt' }, { outcome: { kind: 'failed' } }), 'read: `a.txt` [ERR]'],
    ['an aborted call', callOf('c', 'exec', { command: 'sleep 9' }, { outcome: { kind: 'aborted' } }), 'exec: `sleep 9` [ABORTED]'],
    ['a running call', runningCall('c', 'exec', { command: 'npm test' }, START + 30_000), 'exec: `npm test` …'],
    ['a call that runs long', runningCall('c', 'exec', { command: 'npm test' }), 'exec: `npm test` … 38s'],
    [
      'a slow call',
      callOf('c', 'exec', { command: 'npm test' }, { outcome: { kind: 'ok', durationMs: 72_000 } }),
      'exec: `npm test` [OK] 1m 12s',
    ],
    ['a slow call without a duration', callOf('c', 'exec', { command: 'x' }, { endedAt: START + 6_000 }), 'exec: `x` [OK] 6s'],
    ['a call that ended without an answer', { ...runningCall('c', 'exec', { command: 'x' }), endedAt: START }, 'exec: `x` [no result]'],
    ['no argument at all', callOf('c', 'agents_list', {}), 'agents [OK]'],
    ['an unknown tool', callOf('c', 'acme_lookup', { verbose: 'true', query: 'blue' }), 'acme_lookup: `blue` [OK]'],
    ['an unknown tool with unknown arguments', callOf('c', 'acme', { depth: '', zone: 'eu' }), 'acme: `eu` [OK]'],
    ['an unknown tool with a name of many parts', callOf('c', 'mcp__github__search', { q: 'a' }), '`mcp__github__search`: `a` [OK]'],
    ['a command over lines', callOf('c', 'exec', { command: 'cd /x\nls' }), 'exec: `cd /x ls` [OK]'],
    ['a long command', callOf('c', 'exec', { command: 'x'.repeat(200) }), `exec: \`${'x'.repeat(79)}…\` [OK]`],
    [
      'a long path, whose end says most',
      callOf('c', 'read', { path: `/${'d/'.repeat(80)}end.ts` }),
      `read: \`…${`/${'d/'.repeat(80)}end.ts`.slice(-79)}\` [OK]`,
    ],
  ])('%s', (_, call, expected) => {
    expect(lineOf(call)).toBe(expected);
  });

  it('marks a call that goes on in the background, and its end', () => {
    const call = callOf('c', 'exec', { command: 'serve' }, { outcome: { kind: 'background', handle: 'calm-fox' } });
    const withHandles = (background: string[]) => linesOf(treeOf({ calls: [call], turn: { background } }));
    expect(withHandles(['calm-fox'])).toEqual(['exec: `serve` [background]']);
    expect(withHandles([])).toEqual(['exec: `serve` [background ended]']);
  });

  it('says that a call never got a result when its turn has ended', () => {
    expect(lineOf(runningCall('c', 'exec', { command: 'x' }), {}, doneAfter(38_000))).toBe('exec: `x` [no result]');
  });

  it('shows the inner call instead of its wrapper', () => {
    const calls = [callOf('w', 'tool_call', { id: 'x' }), callOf('i', 'web_fetch', { url: 'https://a.example' }, { parentCallId: 'w' })];
    expect(linesOf(treeOf({ calls }))).toEqual(['fetch: `https://a.example` [OK]']);
  });

  it('shows a spawn as the block of its sub-agent, but a failed spawn as a call', () => {
    const spawn = (parts: Partial<Call>) => callOf('s', 'sessions_spawn', { label: 'kid', task: 'count' }, parts);
    const children = { kid: { label: 'kid', callId: 's' } };
    expect(linesOf(treeOf({ calls: [spawn({})], children }))).toEqual(['Sub-agent: kid']);
    expect(linesOf(treeOf({ calls: [spawn({ outcome: { kind: 'failed' } })] }))).toEqual(['spawn: `kid` [ERR]']);
  });

  it('hides tools that say nothing, unless they fail', () => {
    expect(lineOf(callOf('p', 'progress_card', { markdown: 'x' }))).toBeUndefined();
    expect(lineOf(callOf('p', 'progress_card', { markdown: 'x' }, { outcome: { kind: 'failed' } }))).toBe('plan [ERR]');
  });

  it('shows more arguments and the reason of a failure in detail', () => {
    const call = callOf(
      'c',
      'exec',
      { command: 'make', cwd: '/srv', timeout: '60', env: 'CI=1', host: 'h', user: 'u' },
      { outcome: { kind: 'failed', exitCode: 2, detail: 'No rule\nto make' } },
    );
    expect(lineOf(call, { verbosity: 'detail' })).toBe('exec: `make` `cwd=/srv` `timeout=60` `env=CI=1` [ERR exit 2] `No rule to make`');
  });

  it('masks a value that its name gives away', () => {
    const call = callOf('c', 'login', { password: ['hunter', '2222'].join('') });
    expect(lineOf(call, { redact: createRedactor([]) })).toBe('login: `[redacted]` [OK]');
    expect(lineOf({ ...call, args: { user: 'bob', ...call.args } }, { redact: createRedactor([]), verbosity: 'detail' })).toBe(
      'login: `bob` `password=[redacted]` [OK]',
    );
  });
});

describe('text lines', () => {
  it.each([
    ['Reading live-status source code...', 'Reading live-status source code...'],
    ['\n\n## Plan\n\n- a\n- b', 'Plan'],
    ['```ts\nconst a = b.c;\n```', 'const a = `b.c`;'],
    ['---\nThen this', 'Then this'],
    ['word '.repeat(60), `${'word '.repeat(32).slice(0, 159).trimEnd()}…`],
  ])('show the first line of %j', (said, expected) => {
    expect(linesOf(treeOf({ turn: { lines: [text('a', said)] } }))).toEqual([expected]);
  });

  it('show nothing for nothing', () => {
    expect(linesOf(treeOf({ turn: { lines: [text('a', ' \n\u200b'), text('b', '***')] } }))).toEqual([]);
  });

  it('show the remark about a compaction as it is promised', () => {
    const note = { kind: 'note' as const, id: 'n', text: '[session compacted - continuing]' };
    expect(linesOf(treeOf({ turn: { lines: [note] } }))).toEqual(['[session compacted - continuing]']);
  });
});

describe('the line limit (LS-15)', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => text(`t${index}`, `step ${index + 1}`));

  it('drops the oldest and says how many, its own sentence included in the limit', () => {
    const card = renderCard(treeOf({ turn: { lines: many(20) } }), () => ACTIVE, OPTIONS);
    expect(card.lines).toEqual(Array.from({ length: 14 }, (_, index) => `step ${index + 7}`));
    expect(card.droppedLines).toBe(6);
  });

  it('drops nothing that just fits', () => {
    const card = renderCard(treeOf({ turn: { lines: many(15) } }), () => ACTIVE, OPTIONS);
    expect([card.lines.length, card.droppedLines]).toEqual([15, 0]);
  });

  it('counts what the turn itself has forgotten', () => {
    const card = renderCard(treeOf({ turn: { lines: many(20), droppedLines: 40 } }), () => ACTIVE, OPTIONS);
    expect([card.lines.length, card.droppedLines]).toEqual([14, 46]);
  });

  it('never drops violations and what a person must do', () => {
    const violations = Array.from({ length: 20 }, (_, index) => `finding ${index}`);
    const waiting = [{ waitId: 'w', on: 'approval' as const, text: 'rm -rf build' }];
    const { lines } = renderCard(treeOf({ turn: { lines: many(30), waiting } }), () => ACTIVE, { ...OPTIONS, maxLines: 3, violations });
    expect(lines.slice(-21)).toEqual(['waiting for approval: `rm -rf build`', ...violations.map((line) => `[VIOLATION] ${line}`)]);
    expect(lines[0]).toBe('step 30');
  });

  it('keeps the name of a block whose lines it keeps', () => {
    const child = treeOf({ turn: { lines: many(4) } });
    const tree = treeOf({ children: { kid: { tree: child, label: 'kid' } }, turn: {} });
    const before = { ...tree, turn: { ...tree.turn, lines: [...many(3), ...tree.turn.lines] } };
    const card = renderCard(before, (node) => (node === before ? ACTIVE : doneAfter(9_000)), { ...OPTIONS, maxLines: 5 });
    expect(card.lines.map((line) => line.trim())).toEqual(['Sub-agent: kid', 'step 3', 'step 4', '[DONE] 9s']);
    expect(card.droppedLines).toBe(5);
  });
});

describe('sub-agents (LS-12)', () => {
  const grandchild = treeOf({ turn: { lines: [text('g', 'Counting leaves...')] } });
  const child = treeOf({
    turn: { lines: [text('c', 'Reading protocol...'), { kind: 'child', childKey: 'g' }], childrenByKey: { g: { label: 'counter' } } },
  });
  const nested: TurnTree = { ...child, childrenByKey: { g: grandchild } };

  it('are indented blocks with their own end, at any depth', () => {
    const tree = treeOf({ children: { kid: { tree: nested, label: 'proj035-planner' } } });
    const status = (node: TurnTree) => (node === grandchild ? doneAfter(9_000) : node === nested ? doneAfter(28_000) : ACTIVE);
    expect(renderCard(tree, status, OPTIONS).lines).toEqual([
      'Sub-agent: proj035-planner',
      '\u2003\u2003Reading protocol...',
      '\u2003\u2003Sub-agent: counter',
      '\u2003\u2003\u2003\u2003Counting leaves...',
      '\u2003\u2003\u2003\u2003[DONE] 9s',
      '\u2003\u2003[DONE] 28s',
    ]);
  });

  it('go on after their parent has ended', () => {
    const tree = treeOf({ children: { kid: { tree: treeOf({ turn: { lines: [text('c', 'Still here')] } }), label: 'kid' } } });
    const lines = renderCard(tree, (node) => (node === tree ? doneAfter(5_000) : ACTIVE), OPTIONS).lines;
    expect(lines).toEqual(['Sub-agent: kid', '\u2003\u2003Still here']);
  });

  it('show that they wait, retry or failed', () => {
    const kid = treeOf({ turn: { waiting: [{ waitId: 'w', on: 'approval', text: 'uname -s' }] } });
    const tree = treeOf({ children: { kid: { tree: kid, label: 'kid' } } });
    const lines = renderCard(
      tree,
      (node) => (node === kid ? { state: 'waiting', final: false, waitingOn: 'approval' } : ACTIVE),
      OPTIONS,
    ).lines;
    expect(lines).toEqual(['Sub-agent: kid', '\u2003\u2003[WAITING] approval | 38s', 'kid is waiting for approval: `uname -s`']);
  });

  it('take at most a third of the box each, and say what they left out', () => {
    const busy = treeOf({
      turn: { lines: Array.from({ length: 30 }, (_, index) => text(`t${index}`, `step ${index + 1}`)), droppedLines: 5 },
    });
    const tree = treeOf({ children: { a: { tree: busy, label: 'a' } } });
    const { lines } = renderCard(tree, (node) => (node === tree ? ACTIVE : doneAfter(60_000)), OPTIONS);
    expect(lines.map((line) => line.trim())).toEqual([
      'Sub-agent: a',
      '… 31 earlier lines',
      'step 27',
      'step 28',
      'step 29',
      'step 30',
      '[DONE] 1m',
    ]);
  });

  it('that are not known yet have only their name', () => {
    expect(linesOf(treeOf({ children: { kid: { label: 'file-counter' } } }))).toEqual(['Sub-agent: file-counter']);
  });
});

describe('verbosity', () => {
  const calls = [
    callOf('ok', 'exec', { command: 'true' }),
    callOf('bad', 'exec', { command: 'false' }, { outcome: { kind: 'failed', exitCode: 1 } }),
  ];
  const child = treeOf({ turn: { lines: [text('c', 'Working')] } });
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
  const withText = { ...tree, turn: { ...tree.turn, lines: [text('a', 'Hello there'), ...tree.turn.lines] } };
  const status = (node: TurnTree) => (node === withText ? ACTIVE : doneAfter(28_000));
  const render = (verbosity: 'quiet' | 'normal' | 'detail') =>
    renderCard(withText, status, { ...OPTIONS, verbosity }).lines.map((line) => line.trim());

  it('quiet: failures, sub-agents and the end', () => {
    expect(render('quiet')).toEqual(['exec: `false` [ERR exit 1]', 'Sub-agent: kid', '[DONE] 28s']);
  });

  it('normal: text and tools too, the plan in one line', () => {
    expect(render('normal')).toEqual([
      'Hello there',
      'exec: `true` [OK]',
      'exec: `false` [ERR exit 1]',
      'Sub-agent: kid',
      'Working',
      '[DONE] 28s',
      'Plan 1/3: ✓ Read the sources · ▸ Write `@all` tests · ○ Release',
    ]);
  });

  it('detail: model, tokens so far, context and every step of the plan', () => {
    expect(render('detail').slice(-5)).toEqual([
      '`acme/model-5` · 1k tokens · context 20% full',
      'Plan 1/3',
      '✓ Read the sources',
      '▸ Write `@all` tests',
      '○ Release',
    ]);
  });

  it.each([
    [149_000, []],
    [150_000, ['context 75% full']],
    [180_000, ['context 90% full, compaction is near']],
  ])('warns of a context of %d tokens in 200,000', (contextTokens, expected) => {
    expect(linesOf(treeOf({ session: { contextTokens, contextWindow: 200_000 } }))).toEqual(expected);
  });

  it('names only the step at work of a long plan', () => {
    const plan = ['a', 'b', 'c', 'd', 'e'].map((step, index) => ({
      step: `step ${step}`,
      status: index === 2 ? ('in_progress' as const) : ('pending' as const),
    }));
    expect(linesOf(treeOf({ turn: { plan } }))).toEqual(['Plan 0/5: ▸ step c']);
  });
});

describe('the reason of a failure', () => {
  it('is in the title alone when it fits there', () => {
    const card = renderCard(treeOf(), () => ({ state: 'error', final: true, reason: 'the model call failed', endedAt: START }), OPTIONS);
    expect([card.title, card.lines]).toEqual(['[ERROR] the model call failed | main | 0s', []]);
  });

  it('is shown whole, and harmless, when the title had to simplify it', () => {
    const card = renderCard(
      treeOf(),
      () => ({ state: 'error', final: true, reason: '429 {"type":"rate_limit"} see https://a.example', endedAt: START }),
      OPTIONS,
    );
    expect(card.title).toBe('[ERROR] 429 type rate_limit see https a example | main | 0s');
    expect(card.lines).toEqual(['reason: 429 `{"type":"rate_limit"}` see `https://a.example`']);
  });
});
