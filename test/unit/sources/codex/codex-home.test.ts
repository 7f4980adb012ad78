// Where rollouts appear and how they go on, over a real folder.

import { appendFileSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { OpenTurn } from '../../../../src/core/source.ts';
import { createCodexHome } from '../../../../src/sources/codex/codex-home.ts';
import { tempFolder } from '../../../support/temp-folder.ts';
import { eventually } from '../../../support/until.ts';
import { EVERYTHING, type Memory, newMemory, portsFor, started } from '../coding-agents/running.ts';
import { rolloutHead, rolloutLine } from './rollout-writer.ts';

vi.setConfig({ testTimeout: 240_000 });

const LONG_AGO_MS = 5 * 86_400_000;

interface Home {
  home: string;
  memory: Memory;
}

function newHome(): Home {
  return { home: tempFolder('codex'), memory: newMemory() };
}

async function watch({ home, memory }: Home, visibility = EVERYTHING): Promise<void> {
  await started(createCodexHome({ ...portsFor({ memory, visibility }), home, polling: false, locks: { listing: '/nowhere/locks' } }));
}

/** Writes into the rollout of a thread that began on that day. */
function write({ home }: Home, day: string, thread: string, text: string): string {
  const path = join(home, 'sessions', ...day.split('-'), `rollout-${day}T09-00-00-${thread}.jsonl`);
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, text);
  return path;
}

const said = ({ memory }: Home) =>
  memory.events.flatMap((event) => (event.type === 'message' && event.injected !== true ? [event.text] : []));
const says = (message: string) => rolloutLine('event_msg', { type: 'agent_message', message });
const begun = ({ memory }: Home) => memory.events.flatMap((event) => (event.type === 'turn_started' ? [event.sessionKey] : []));

it('a new day has a new folder at midnight, also in a new month and year', async () => {
  const at = newHome();
  write(at, '2026-12-31', 't1', rolloutHead('t1') + says('old year'));
  await watch(at);
  write(at, '2027-01-01', 't2', rolloutHead('t2') + says('new year'));
  await eventually(() => expect(said(at)).toEqual(['old year', 'new year']));
});

it('the folder of a day long ago grows again when its thread goes on', async () => {
  const at = newHome();
  const path = write(at, '2026-11-01', 't1', rolloutHead('t1', {}, Date.now() - LONG_AGO_MS) + says('long ago'));
  const then = new Date(Date.now() - LONG_AGO_MS);
  utimesSync(path, then, then);
  await watch(at);
  expect(at.memory.events).toEqual([]);
  write(at, '2026-11-01', 't1', rolloutLine('event_msg', { type: 'task_started', turn_id: 'u2' }) + says('again'));
  await eventually(() => expect(said(at)).toContain('again'));
});

it('the turn that spawned a sub-agent at work is told, however old its last line is', async () => {
  const at = newHome();
  const spawn = rolloutLine(
    'response_item',
    { type: 'function_call', name: 'spawn_agent', arguments: '{}', call_id: 'c1' },
    Date.now() - LONG_AGO_MS,
  );
  const path = write(at, '2026-11-20', 'parent', rolloutHead('parent', {}, Date.now() - LONG_AGO_MS) + spawn);
  const then = new Date(Date.now() - LONG_AGO_MS);
  utimesSync(path, then, then);
  const source = { subagent: { thread_spawn: { parent_thread_id: 'parent', depth: 1, agent_nickname: 'Euler' } } };
  write(at, '2026-11-21', 'child', rolloutHead('child', { source }));
  await watch(at);
  await eventually(() => expect(begun(at).toSorted()).toEqual(['codex:child', 'codex:parent']));
  const child = at.memory.events.find(({ type, sessionKey }) => type === 'session_seen' && sessionKey === 'codex:child');
  expect(child).toMatchObject({ isSubAgent: true, parentKey: 'codex:parent', label: 'Euler' });
});

it('what is beside the rollouts is not read', async () => {
  const at = newHome();
  for (const name of ['history.jsonl', 'session_index.jsonl', 'state_5.sqlite']) writeFileSync(join(at.home, name), rolloutHead('t9'));
  write(at, '2026-11-27', 't1', rolloutHead('t1'));
  await watch(at);
  await eventually(() => expect(begun(at)).toEqual(['codex:t1']));
});

describe('the name that a person gave to a thread', () => {
  const named = (id: string, name: string) => `${JSON.stringify({ id, thread_name: name, updated_at: new Date().toISOString() })}\n`;
  const name = ({ home }: Home, ...lines: string[]) => appendFileSync(join(home, 'session_index.jsonl'), lines.join(''));
  const labels = ({ memory }: Home, key: string) =>
    memory.events.flatMap((event) => (event.type === 'session_seen' && event.sessionKey === key ? [event.label] : []));

  it('is shown with the project, the last one as soon as it is given, in whole lines only', async () => {
    const at = newHome();
    name(at, named('t1', 'first'), 'torn {\n', named('t1', 'second'), named('t2', 'another'));
    write(at, '2026-11-27', 't1', rolloutHead('t1'));
    await watch(at);
    await eventually(() => expect(labels(at, 'codex:t1')).toEqual(['shop · second']));
    name(at, named('t1', 'third'));
    await eventually(() => expect(labels(at, 'codex:t1').at(-1)).toBe('shop · third'));
  });

  it('is not shown where texts are not', async () => {
    const at = newHome();
    name(at, named('t1', 'first'));
    write(at, '2026-11-27', 't1', rolloutHead('t1'));
    await watch(at, { ...EVERYTHING, texts: false });
    await eventually(() => expect(labels(at, 'codex:t1')).toEqual(['shop']));
  });
});

it('a long turn goes on after a restart as itself, and what it uses has the price of its model', async () => {
  const at = newHome();
  const context = rolloutLine('turn_context', { model: 'gpt-test', cwd: '/home/dev/shop' });
  const long = rolloutLine('response_item', { type: 'message', role: 'developer', content: 'x'.repeat(100_000) }).repeat(4);
  const used = (id: string) => rolloutLine('token_usage_record', { response_id: id, usage: { input_tokens: 10, output_tokens: 2 } });
  const create = (openTurns: readonly OpenTurn[] = []) =>
    createCodexHome({
      ...portsFor({ memory: at.memory, openTurns }),
      home: at.home,
      polling: false,
      locks: { listing: '/nowhere/locks' },
      costOf: (model) => (model === 'gpt-test' ? 7 : 0),
    });
  const paid = () => at.memory.events.flatMap((event) => (event.type === 'message' ? (event.usage?.costUsd ?? []) : []));
  write(at, '2026-11-27', 't1', rolloutHead('t1', { history_mode: 'paginated' }) + context + used('r1') + long);
  const first = await started(create());
  await eventually(() => expect(paid()).toEqual([7]));
  await first.stop();

  const second = await started(create([{ sessionKey: 'codex:t1', runIds: ['turn-of-t1'], since: Date.now() }]));
  write(at, '2026-11-27', 't1', used('r2') + says('still at it'));
  await eventually(() => expect(paid()).toEqual([7, 7]));
  await eventually(() => expect(said(at)).toEqual(['still at it']));
  expect(begun(at)).toEqual(['codex:t1']);
  await second.stop();

  await started(create([{ sessionKey: 'codex:t1', runIds: ['turn-of-t1'], since: Date.now() }]));
  write(at, '2026-11-27', 't1', used('r3') + rolloutLine('event_msg', { type: 'task_complete', turn_id: 'turn-of-t1' }));
  await eventually(() => expect(paid()).toEqual([7, 7, 7]));
  await eventually(() => expect(at.memory.events.at(-1)).toMatchObject({ type: 'run_ended', runId: 'turn-of-t1' }));
});
