// The line of a call says what the call does, whatever the arguments are called (LS-19).

import { describe, expect, it } from 'vitest';
import { mergeLabels, decodeToolLabels } from '../../../../src/boxes/render/tool-labels.ts';
import { createRedactor } from '../../../../src/text/redact.ts';
import { ACTIVE, callOf, drawTree, OPTIONS, treeOf } from './trees.ts';

const TOKEN = ['abcDEF', '1234567890'].join('');
const UUID = '5f0c2a7e-1111-4222-8333-944445555666';

/** What stands between the tool's name and its outcome; values other than text as the sources tell them. */
function shown(tool: string, args: Record<string, unknown>, labels = OPTIONS.labels): string {
  const told = Object.fromEntries(
    Object.entries(args).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
  const [line = ''] = drawTree(treeOf({ calls: [callOf('c', tool, told)] }), () => ACTIVE, {
    ...OPTIONS,
    labels,
    redact: createRedactor([]),
  }).lines;
  const text = line.replace(/ ?\[OK\]$/, '');
  return text.includes(': ') ? text.slice(text.indexOf(': ') + 2).replace(/^`|`$/g, '') : '';
}

describe('the argument that is shown', () => {
  it.each<[string, string, Record<string, unknown>, string]>([
    ['is no switch', 'hub__MULTI_EXECUTE', { sync: true, session_id: 'upon', tools: [{ slug: 'MAIL_SEND', to: 'team' }] }, 'MAIL_SEND'],
    ['is no masked value', 'table_create_record', { app_token: TOKEN, fields: { title: 'minutes' }, table_id: 'tbl1' }, 'minutes'],
    ['is no id where there is anything else', 'acme', { request_id: 'r1', uuid: UUID, zone: 'eu' }, 'eu'],
    ['is an id where there is nothing else', 'acme', { table_id: 'tbl1' }, 'tbl1'],
    ['is no number where there is anything else', 'acme', { limit: 20, zone: 'eu' }, 'eu'],
    ['is a number where there is nothing else', 'sleep', { seconds: 5 }, '5'],
    ['is no value that nobody chose', 'acme', { blob: UUID, mode: 'fast' }, 'fast'],
    ['is not empty', 'acme', { filter: {}, list: [], none: null, zone: 'eu' }, 'eu'],
    ['is nothing where all is masked', 'login', { password: ['hunter', '2222'].join('') }, ''],
    ['is nothing where all are switches', 'acme', { verbose: true, dry: false }, ''],
    ['is a part of JSON that was cut off', 'acme', { job: `{"id":"7","name":"nightly","text":"${'x'.repeat(300)}…` }, 'nightly'],
    ['is never a masked part of JSON', 'acme', { options: { title: '[redacted]', zone: 'eu' } }, 'eu'],
    ['is a command given as a list', 'exec', { command: ['git', 'status'] }, 'git status'],
    ['is a command, though it reads like a switch', 'exec', { command: 'true' }, 'true'],
    ['is a path by another name', 'read', { file: 'notes/today.md' }, 'notes/today.md'],
    ['is a path by the name of another program', 'edit', { target_file: 'a.ts', old: 'x' }, 'a.ts'],
    ['is a path by a name no list knows', 'write', { document: 'a.ts' }, 'a.ts'],
    ['is a query by another name', 'web_search', { search_query: 'weather' }, 'weather'],
    ['is an address by another name', 'web_fetch', { uri: 'https://a.example' }, 'https://a.example'],
  ])('%s', (_what, tool, args, expected) => {
    expect(shown(tool, args)).toBe(expected);
  });
});

describe('an action is shown with what it is done to', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['browser', { action: 'open', url: 'https://example.org/page' }, 'open https://example.org/page'],
    ['browser', { action: 'open', targetUrl: 'https://example.org/page' }, 'open https://example.org/page'],
    ['browser', { action: 'act', request: { kind: 'click', ref: 'e12' } }, 'act click'],
    ['browser', { action: 'snapshot' }, 'snapshot'],
    ['browser', { url: 'https://example.org/page' }, 'https://example.org/page'],
    ['cron', { action: 'add', job: { name: 'nightly' } }, 'add nightly'],
    ['cron', { action: 'remove', jobId: '7' }, 'remove 7'],
    ['message', { action: 'send', target: 'channel:town', message: 'hi' }, 'send` to `channel:town'],
    ['message', { action: 'send', to: '@bob', message: 'hi' }, 'send` to `@bob'],
    ['process', { action: 'poll', sessionId: 'calm-sea' }, 'poll calm-sea'],
    ['nodes', { action: 'camera', node: 'phone' }, 'camera phone'],
  ])('%s %j', (tool, args, expected) => {
    expect(shown(tool, args)).toBe(expected);
  });

  it('also by a label of the operator', () => {
    const { labels, problems } = decodeToolLabels({ acme: { args: ['verb'], also: 'noun' }, quiet: { args: [] }, bad: { also: [5] } });
    expect(problems).toHaveLength(1);
    expect(shown('acme', { verb: 'paint', noun: 'wall', other: 'x' }, mergeLabels(labels))).toBe('paint wall');
    expect(shown('quiet', { verb: 'paint' }, mergeLabels(labels))).toBe('');
  });
});
