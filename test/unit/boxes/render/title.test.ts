import { describe, expect, it } from 'vitest';
import { formatCost, formatDuration, formatQuiet, formatTokens } from '../../../../src/boxes/render/amounts.ts';
import type { BoxState, TurnStatus } from '../../../../src/core/card.ts';
import type { Usage } from '../../../../src/core/event.ts';
import type { Turn } from '../../../../src/core/session.ts';
import { ACTIVE, callOf, drawTree, doneAfter, OPTIONS, runningCall, START, type TreeParts, treeOf } from './trees.ts';

const usage = (input: number, output: number, costUsd = 0): Usage => ({ input, output, cacheRead: 99_000, cacheWrite: 100, costUsd });
const end = { final: true, endedAt: START + 38_000 } as const;

describe('the title says the state of the closed table', () => {
  it.each<[BoxState, TurnStatus, string]>([
    ['active', ACTIVE, '[ACTIVE] main | 38s'],
    ['quiet', { state: 'quiet', final: false, quietMs: 150_000 }, '[ACTIVE] main | 38s | quiet for 2m'],
    [
      'retry',
      { state: 'retry', final: false, retry: { attempt: 3, reason: 'overloaded', at: START + 38_000, nextAt: START + 47_400 } },
      '[RETRY] 3, next in 10s | main | 38s',
    ],
    [
      'retry',
      { state: 'retry', final: false, retry: { attempt: 3, reason: 'overloaded', at: START, nextAt: START + 5_000 } },
      '[RETRY] 3 | main | 38s',
    ],
    ['retry', { state: 'retry', final: false, retry: { attempt: 1, reason: 'overloaded', at: START } }, '[RETRY] 1 | main | 38s'],
    ['waiting', { state: 'waiting', final: false, waitingOn: 'approval' }, '[WAITING] approval | main | 38s'],
    ['waiting', { state: 'waiting', final: false, waitingOn: 'answer' }, '[WAITING] answer | main | 38s'],
    ['silent', { state: 'silent', final: false, silentMs: 8_000 }, '[SILENT] main | 30s | no news for 8s'],
    [
      'waiting',
      { state: 'waiting', final: false, waitingOn: 'approval', silentMs: 8_000 },
      '[WAITING] approval | main | 30s | no news for 8s',
    ],
    ['done', { state: 'done', ...end }, '[DONE] main | 38s'],
    ['done_unseen', { state: 'done_unseen', ...end }, '[DONE] no end seen | main | 38s'],
    ['error', { state: 'error', ...end, reason: '429: too many requests' }, '[ERROR] 429: too many requests | main | 38s'],
    ['error', { state: 'error', ...end }, '[ERROR] failed | main | 38s'],
    ['aborted', { state: 'aborted', ...end }, '[ABORTED] main | 38s'],
    ['timeout', { state: 'timeout', ...end, reason: 'time limit' }, '[TIMEOUT] main | 38s'],
    ['interrupted', { state: 'interrupted', ...end }, '[INTERRUPTED] watcher stopped | main | 38s'],
    ['lost', { state: 'lost', ...end }, '[LOST] source gone | main | 38s'],
    ['waiting', { state: 'waiting', final: false, waitingOn: 'review' }, '[WAITING] review | main | 38s'],
    ['waiting', { state: 'waiting', final: false, waitingOn: 'gate' }, '[WAITING] gate | main | 38s'],
    ['released', { state: 'released', ...end }, '[RELEASED] main | 38s'],
    ['cancelled', { state: 'cancelled', ...end, reason: 'not needed any more' }, '[CANCELLED] main | 38s'],
    ['rejected', { state: 'rejected', ...end }, '[REJECTED] main | 38s'],
    ['stopped', { state: 'stopped', ...end, reason: 'budget' }, '[STOPPED] budget | main | 38s'],
    ['stopped', { state: 'stopped', ...end, reason: 'the budget is spent' }, '[STOPPED] main | 38s'],
    ['timeout', { state: 'timeout', ...end, reason: 'budget' }, '[TIMEOUT] budget | main | 38s'],
  ])('%s', (_, status, expected) => {
    const card = drawTree(treeOf(), () => status, OPTIONS);
    expect(card.title.replace('429 too', '429: too')).toBe(expected);
    expect(card.state).toBe(status.state);
    expect(card.final).toBe(status.final);
    expect(card.fallback).toBe(card.title);
    expect(card.color).toMatch(/^#[0-9a-f]{6}$/);
  });

  it('has its own colour for what is fine, what waits, and what failed', () => {
    const color = (state: BoxState) => drawTree(treeOf(), () => ({ state, final: false }), OPTIONS).color;
    const groups = [
      ['active'],
      ['quiet', 'silent', 'aborted', 'interrupted', 'lost', 'released', 'cancelled'],
      ['retry', 'waiting'],
      ['done'],
      ['done_unseen'],
      ['error', 'timeout', 'rejected', 'stopped'],
    ] as const;
    for (const group of groups) expect(new Set(group.map(color)).size).toBe(1);
    expect(new Set(groups.map((group) => color(group[0]))).size).toBe(groups.length);
  });
});

describe('the title of what is no agent', () => {
  it('is its own', () => {
    const { title } = drawTree(treeOf({ session: { title: 'T-001 node-a', address: 'mesh:task:T-001' } }), () => ACTIVE, OPTIONS);
    expect(title).toBe('[ACTIVE] T-001 node-a | 38s');
  });

  it('only shows what others call it', () => {
    const title = '[DONE] @all | https://a.invalid ](x) 0s: ◆';
    const card = drawTree(treeOf({ session: { title } }), () => ACTIVE, OPTIONS);
    expect(card.title).toBe('[ACTIVE] DONE all https a invalid x 0s | 38s');
    expect(card.first?.title).toBe('[ACTIVE] `DONE all https a invalid x 0s` | 38s');
  });

  it('says the environment', () => {
    const { title } = drawTree(treeOf({ session: { title: 'task_001 · dev' } }), () => ACTIVE, OPTIONS);
    expect(title).toBe('[ACTIVE] task_001 · dev | 38s');
  });
});

describe('time, tokens and cost (LS-21)', () => {
  it('counts the time to the end, whatever time it is now', () => {
    expect(drawTree(treeOf({ afterMs: 500_000 }), () => doneAfter(53_000), OPTIONS).title).toBe('[DONE] main | 53s');
  });

  it('shows tokens and cost only at the end: input, cache writes and output, no cache reads', () => {
    const tree = treeOf({ turn: { usageById: { a: usage(10_000, 1_000, 0.03), b: usage(1_000, 200, 0.012) } } });
    expect(drawTree(tree, () => doneAfter(53_000), OPTIONS).title).toBe('[DONE] main | 53s | 12.4k tokens | $0.04');
    expect(drawTree(tree, () => ACTIVE, OPTIONS).title).toBe('[ACTIVE] main | 38s');
  });

  it('counts sub-agents in the total and shows them apart', () => {
    const child = treeOf({ session: { agentId: 'planner' }, turn: { usageById: { c: usage(3_000, 0) } } });
    const tree = treeOf({ turn: { usageById: { a: usage(1_000, 100) } }, children: { kid: { tree: child } } });
    const card = drawTree(tree, () => doneAfter(28_000), OPTIONS);
    expect(card.title).toBe('[DONE] main | 28s | 4.3k tokens');
    expect(card.lines.at(-1)?.trim()).toBe('◆ [DONE] 28s | 3.1k tokens');
  });

  it("says what the agent of another program waits for when it does nothing itself (C-6), and nothing of OpenClaw's", () => {
    const child = treeOf({ session: { agentId: 'explore' } });
    const title = (address: string | undefined, turn: Partial<Turn>, children: TreeParts['children'] = { a: { tree: child } }) =>
      drawTree(treeOf({ turn, session: address === undefined ? {} : { address }, children }), () => ACTIVE, OPTIONS).title;
    const shop = 'claude-code:/home/dev/shop';
    expect(title(shop, {})).toBe('[ACTIVE] main · shop | 38s | waits for 1 sub-agent');
    expect(title(shop, { background: ['b1'] })).toBe('[ACTIVE] main · shop | 38s | waits for 1 sub-agent | 1 shell runs');
    expect(title(shop, { background: ['b1', 'b2'] }, {})).toBe('[ACTIVE] main · shop | 38s | 2 shells run');
    expect(title(shop, { runsById: { r: { open: true } } })).toBe('[ACTIVE] main · shop | 38s');
    expect(title(shop, { callsById: { c: runningCall('c', 'Bash', {}) } })).toBe('[ACTIVE] main · shop | 38s');
    expect(title(undefined, {})).toBe('[ACTIVE] main | 38s');
  });

  it('names the scheduled job beside the agent', () => {
    const tree = treeOf({ turn: { trigger: { kind: 'schedule', jobId: 'x', name: 'nightly report @all' } } });
    expect(drawTree(tree, () => ACTIVE, OPTIONS).title).toBe('[ACTIVE] main: nightly report all | 38s');
  });

  it('counts violations and turns the box to the colour of a warning', () => {
    const card = drawTree(treeOf(), () => ACTIVE, { ...OPTIONS, violations: ['reviewer spoke before main', 'observer acted'] });
    expect(card.title).toBe('[ACTIVE] main | 38s | 2 violations');
    expect(card.lines).toEqual(['◆ [VIOLATION] reviewer spoke before main', '◆ [VIOLATION] observer acted']);
    expect(card.color).not.toBe(drawTree(treeOf(), () => ACTIVE, OPTIONS).color);
    expect(drawTree(treeOf(), () => ACTIVE, { ...OPTIONS, violations: ['x'] }).title).toBe('[ACTIVE] main | 38s | 1 violation');
  });
});

describe('failed calls', () => {
  const failed = { outcome: { kind: 'failed' as const } };

  it('are counted in the title of an end, those of sub-agents too, which also count their own', () => {
    const child = treeOf({ calls: [callOf('k', 'exec', { command: 'x' }, failed)] });
    const calls = [callOf('a', 'exec', { command: 'x' }, failed), callOf('b', 'exec', { command: 'y' })];
    const tree = treeOf({ calls, children: { kid: { tree: child } }, turn: { usageById: { a: usage(1_000, 100) } } });
    const card = drawTree(tree, () => doneAfter(28_000), { ...OPTIONS, violations: ['x'] });
    expect(card.title).toBe('[DONE] main | 28s | 1.2k tokens | 2 failed | 1 violation');
    expect(card.lines.find((line) => line.includes('[DONE]'))?.trim()).toBe('◆ [DONE] 28s | 1 failed');
    expect(drawTree(tree, () => ACTIVE, OPTIONS).title).toBe('[ACTIVE] main | 38s');
  });

  it('and the wrapper that called them are one', () => {
    const calls = [callOf('w', 'tool_call', { id: 'x' }, failed), callOf('i', 'exec', { command: 'x' }, { ...failed, parentCallId: 'w' })];
    expect(drawTree(treeOf({ calls }), () => doneAfter(28_000), OPTIONS).title).toBe('[DONE] main | 28s | 1 failed');
  });
});

describe('the urgent key', () => {
  const key = (status: TurnStatus, violations: string[] = [], parts: Parameters<typeof treeOf>[0] = {}) =>
    drawTree(treeOf(parts), () => status, { ...OPTIONS, violations }).urgentKey;

  it('stays the same while a turn goes on, quiet or not', () => {
    const quiet: TurnStatus = { state: 'quiet', final: false, quietMs: 90_000 };
    const lines = [{ kind: 'text' as const, id: 'a', text: 'more' }];
    expect(new Set([key(ACTIVE), key(quiet), key(ACTIVE, [], { afterMs: 99_000 }), key(ACTIVE, [], { turn: { lines } })]).size).toBe(1);
  });

  it('differs after every opening, waiting, retry, error, end and violation', () => {
    const retry = (attempt: number): TurnStatus => ({ state: 'retry', final: false, retry: { attempt, reason: 'x', at: START + attempt } });
    const waiting = (waitId: string) =>
      key({ state: 'waiting', final: false, waitingOn: 'approval' }, [], { turn: { waiting: [{ waitId, on: 'approval' }] } });
    const finals = (['done', 'done_unseen', 'error', 'aborted', 'timeout', 'interrupted', 'lost'] as const).map((state) =>
      key({ state, final: true, endedAt: START }),
    );
    const all = [
      key(ACTIVE),
      key(ACTIVE, ['v']),
      key(ACTIVE, ['v', 'w']),
      key(retry(1)),
      key(retry(2)),
      waiting('a'),
      waiting('b'),
      ...finals,
      key(doneAfter(1)),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('differs when a sub-agent waits for a person', () => {
    const kid = (waiting: boolean) => treeOf({ turn: { waiting: waiting ? [{ waitId: 'w', on: 'approval' }] : [] } });
    expect(key(ACTIVE, [], { children: { kid: { tree: kid(true) } } })).not.toBe(
      key(ACTIVE, [], { children: { kid: { tree: kid(false) } } }),
    );
  });
});

describe('amounts', () => {
  it.each([
    [-5, '0s'],
    [999, '0s'],
    [38_999, '38s'],
    [60_000, '1m'],
    [250_000, '4m 10s'],
    [3_600_000, '1h'],
    [3_900_000, '1h 5m'],
    [97_200_000, '1d 3h'],
  ])('%d ms are %s', (ms, expected) => {
    expect(formatDuration(ms)).toBe(expected);
  });

  it.each([
    [30_000, '30s'],
    [119_000, '1m'],
    [150_000, '2m'],
    [3_900_000, '1h 5m'],
  ])('%d ms of silence are %s', (ms, expected) => {
    expect(formatQuiet(ms)).toBe(expected);
  });

  it.each([
    [1, '1 token'],
    [999, '999 tokens'],
    [12_400, '12.4k tokens'],
    [12_000, '12k tokens'],
    [999_960, '1M tokens'],
    [1_240_000, '1.2M tokens'],
  ])('%d tokens are %s', (count, expected) => {
    expect(formatTokens(count)).toBe(expected);
  });

  it.each([
    [0, undefined],
    [Number.NaN, undefined],
    [0.00001, undefined],
    [0.0012, '$0.0012'],
    [0.042, '$0.04'],
    [12.3, '$12.30'],
  ])('%d dollars are %s', (usd, expected) => {
    expect(formatCost(usd)).toBe(expected);
  });
});
