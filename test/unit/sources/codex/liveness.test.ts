// Whether a thread's process is still there, with real processes that hold real locks.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { SessionEvent } from '../../../../src/core/event.ts';
import { createCodexHome } from '../../../../src/sources/codex/codex-home.ts';
import { tempFolder } from '../../../support/temp-folder.ts';
import { eventually, until } from '../../../support/until.ts';
import { newMemory, portsFor, started } from '../coding-agents/running.ts';
import { rolloutHead, rolloutLine } from './rollout-writer.ts';

vi.setConfig({ testTimeout: 240_000 });

const SEVERAL_LOOKS_MS = 3_000;
const SEES_NOT_ALL = { seesAll: () => Promise.resolve(false) }; // as in a container

/** A home with a thread in which a turn is going on. */
class Thread {
  readonly home = tempFolder('codex');
  readonly memory = newMemory();
  readonly id: string;

  constructor(id = 't1') {
    this.id = id;
    const path = this.rollout;
    mkdirSync(dirname(path), { recursive: true });
    mkdirSync(dirname(this.lock), { recursive: true });
    writeFileSync(path, rolloutHead(id));
  }

  get rollout(): string {
    return join(this.home, 'sessions', '2026', '11', '27', `rollout-2026-11-27T09-00-00-${this.id}.jsonl`);
  }

  get lock(): string {
    return join(this.home, 'thread-writer-locks', `${this.id}.lock`);
  }

  /** Somebody who holds the lock until it is killed. */
  async held(): Promise<(signal: NodeJS.Signals) => Promise<void>> {
    const holder = spawn('flock', [this.lock, 'sh', '-c', 'echo held; exec sleep 600'], {
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    const kill = (signal: NodeJS.Signals) =>
      void (holder.exitCode === null && holder.signalCode === null && process.kill(-(holder.pid ?? 0), signal));
    onTestFinished(() => kill('SIGKILL'));
    await once(holder.stdout, 'data');
    return async (signal) => {
      kill(signal);
      await once(holder, 'exit');
    };
  }

  async watch(locks: { listing?: string; seesAll?: () => Promise<boolean> } = {}): Promise<void> {
    await started(createCodexHome({ ...portsFor({ memory: this.memory }), home: this.home, polling: false, locks }));
    await until('the turn is told', () => this.told('turn_started').length === 1);
  }

  told(type: SessionEvent['type']): SessionEvent[] {
    return this.memory.events.filter((event) => event.type === type);
  }
}

it.each(['SIGKILL', 'SIGTERM'] as const)('a turn is lost when its process ends by %s', async (signal) => {
  const thread = new Thread();
  const kill = await thread.held();
  await thread.watch(SEES_NOT_ALL);
  await sleep(SEVERAL_LOOKS_MS);
  expect(thread.told('source_lost')).toEqual([]);
  await kill(signal);
  await eventually(() => expect(thread.told('source_lost')).toMatchObject([{ sessionKey: 'codex:t1' }]));
});

it('a turn that ended before its lock went away is not lost', async () => {
  const thread = new Thread();
  const kill = await thread.held();
  await thread.watch();
  await sleep(SEVERAL_LOOKS_MS / 2);
  appendFileSync(thread.rollout, rolloutLine('event_msg', { type: 'turn_aborted', turn_id: 'turn-of-t1', reason: 'interrupted' }));
  rmSync(thread.lock);
  await kill('SIGKILL');
  await sleep(SEVERAL_LOOKS_MS);
  expect(thread.told('run_ended')).toMatchObject([{ outcome: 'aborted' }]);
  expect(thread.told('source_lost')).toEqual([]);
});

it('a rewind that removes the lock and makes it anew loses nothing', async () => {
  const thread = new Thread();
  const kill = await thread.held();
  await thread.watch();
  await sleep(SEVERAL_LOOKS_MS / 2);
  rmSync(thread.lock);
  const killAgain = await thread.held();
  await sleep(SEVERAL_LOOKS_MS);
  expect(thread.told('source_lost')).toEqual([]);
  await killAgain('SIGKILL');
  await kill('SIGKILL');
});

it('a turn whose process was killed before the watch began is lost, where every lock can be seen', async () => {
  const thread = new Thread();
  writeFileSync(thread.lock, '');
  await thread.watch({ seesAll: () => Promise.resolve(true) });
  await eventually(() => expect(thread.told('source_lost')).toHaveLength(1));
});

it.each([
  ['in another container', SEES_NOT_ALL],
  ['where locks are not listed', { listing: '/nowhere/locks' }],
])('a lock that nobody seems to hold says nothing %s', async (_where, locks) => {
  const thread = new Thread();
  writeFileSync(thread.lock, '');
  await thread.watch(locks);
  await sleep(SEVERAL_LOOKS_MS);
  expect(thread.told('source_lost')).toEqual([]);
});

it('a version without locks loses nothing by that', async () => {
  const thread = new Thread();
  await thread.watch({ seesAll: () => Promise.resolve(true) });
  await sleep(SEVERAL_LOOKS_MS);
  expect(thread.told('source_lost')).toEqual([]);
});

it('a command in the background is lost with its process, after the turn has ended', async () => {
  const thread = new Thread();
  const call = { type: 'function_call', name: 'exec_command', arguments: '{"cmd":"sleep 600"}', call_id: 'call1' };
  const output = {
    type: 'function_call_output',
    call_id: 'call1',
    output: 'Wall time: 0.5 seconds\nProcess running with session ID 7\nOutput:\n',
  };
  appendFileSync(thread.rollout, rolloutLine('response_item', call) + rolloutLine('response_item', output));
  appendFileSync(
    thread.rollout,
    rolloutLine('event_msg', { type: 'task_complete', turn_id: 'turn-of-t1', last_agent_message: 'It runs.' }),
  );
  const kill = await thread.held();
  await thread.watch();
  await sleep(SEVERAL_LOOKS_MS / 2);
  await kill('SIGKILL');
  await eventually(() => expect(thread.told('source_lost')).toHaveLength(1));
});
