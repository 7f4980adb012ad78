import { describe, expect, it } from 'vitest';
import type { TurnStatus } from '../../../../src/core/card.ts';
import { createRedactor } from '../../../../src/text/redact.ts';
import type { Call, TurnTree } from '../../../../src/core/session.ts';
import { ACTIVE, callOf, drawTree, doneAfter, OPTIONS, runningCall, START, treeOf } from './trees.ts';

const linesOf = (tree: TurnTree, options: Partial<typeof OPTIONS> = {}, status: TurnStatus = ACTIVE) =>
  drawTree(tree, () => status, { ...OPTIONS, ...options }).lines.map(withoutMark);
const lineOf = (call: Call, options: Partial<typeof OPTIONS> = {}, status: TurnStatus = ACTIVE) =>
  linesOf(treeOf({ calls: [call] }), options, status)[0];
/** Every line of a call begins with our mark; here it would only hide what differs. */
function withoutMark(line: string): string {
  expect(line).toMatch(/^◆ /);
  return line.slice(2);
}
const spawnOf = (parts: Partial<Call>) => callOf('s', 'sessions_spawn', { label: 'kid', task: 'count' }, parts);

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
});

describe('what becomes of a call', () => {
  it('marks a call that goes on in the background, and its end', () => {
    const call = callOf('c', 'exec', { command: 'serve' }, { outcome: { kind: 'background', handle: 'calm-fox' } });
    const withHandles = (background: string[]) => linesOf(treeOf({ calls: [call], turn: { background } }));
    expect(withHandles(['calm-fox'])).toEqual(['exec: `serve` [background]']);
    expect(withHandles([])).toEqual(['exec: `serve` [background ended]']);
  });

  it('says that a call never got a result when its turn has ended', () => {
    expect(lineOf(runningCall('c', 'exec', { command: 'x' }), {}, doneAfter(38_000))).toBe('exec: `x` [no result]');
  });

  it('says that a call was cut off by whoever aborted its turn', () => {
    const tree = treeOf({ calls: [runningCall('c', 'exec', { command: 'x' })], turn: { end: { outcome: 'aborted', at: START + 5_000 } } });
    expect(linesOf(tree, {}, { state: 'aborted', final: true, endedAt: START + 5_000 })).toEqual(['exec: `x` [ABORTED]']);
  });

  it('shows the inner call instead of its wrapper', () => {
    const calls = [callOf('w', 'tool_call', { id: 'x' }), callOf('i', 'web_fetch', { url: 'https://a.example' }, { parentCallId: 'w' })];
    expect(linesOf(treeOf({ calls }))).toEqual(['fetch: `https://a.example` [OK]']);
  });

  it('shows a spawn as the block of its sub-agent, but a failed spawn as a call', () => {
    const children = { kid: { label: 'kid', callId: 's' } };
    expect(linesOf(treeOf({ calls: [spawnOf({})], children }))).toEqual(['Sub-agent: kid']);
    expect(linesOf(treeOf({ calls: [spawnOf({ outcome: { kind: 'failed' } })] }))).toEqual(['spawn: `kid` [ERR]']);
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

  it('says whom a message goes to', () => {
    expect(lineOf(callOf('m', 'message', { action: 'send', channel: 'mattermost', target: 'channel:c4xq', message: 'hi' }))).toBe(
      'message: `send` to `channel:c4xq` [OK]',
    );
    expect(lineOf(callOf('m', 'message', { action: 'send', to: 'user:bob', message: 'hi' }))).toBe('message: `send` to `user:bob` [OK]');
    expect(lineOf(callOf('m', 'message', { action: 'list' }))).toBe('message: `list` [OK]');
  });

  it('masks a value that its name gives away', () => {
    const call = callOf('c', 'login', { password: ['hunter', '2222'].join('') });
    expect(lineOf(call, { redact: createRedactor([]) })).toBe('login [OK]');
    expect(lineOf({ ...call, args: { user: 'bob', ...call.args } }, { redact: createRedactor([]), verbosity: 'detail' })).toBe(
      'login: `bob` `password=[redacted]` [OK]',
    );
  });
});
