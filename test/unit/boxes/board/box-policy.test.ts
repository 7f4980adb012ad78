// Which turns get a box (LS-25), told by a board on a fake clock.

import { describe, expect, it } from 'vitest';
import type { Trigger } from '../../../../src/core/event.ts';
import { BoardHarness, MAIN } from './board-harness.ts';

const begin = (desk: BoardHarness, trigger: Trigger): void => desk.tell({ type: 'turn_started', trigger, messageId: 'u' });

describe('a short turn', () => {
  it('that ends well within OPEN_AFTER_MS gets no box, and says so', async () => {
    const desk = new BoardHarness();
    desk.ask();
    await desk.pass(1);
    desk.say('stop');
    await desk.pass(120);
    expect(desk.titles()).toEqual([]);
    expect(desk.board.rows()[0]?.why).toContain('it ended too soon to be worth a post');
  });

  it('gets its box at OPEN_AFTER_MS while it is still at work', async () => {
    const desk = new BoardHarness();
    desk.ask();
    await desk.pass(1.5);
    expect(desk.titles()).toEqual([]);
    await desk.pass(1);
    expect(desk.titles()).toEqual([expect.stringMatching(/^\[ACTIVE\] main \| 2s/)]);
  });

  it('gets a box when it fails, also when that is told only after an ordinary end', async () => {
    for (const tell of [
      (desk: BoardHarness) => desk.tell({ type: 'run_ended', outcome: 'failed', reason: 'HTTP 400' }),
      (desk: BoardHarness) => (desk.say('aborted'), desk.tell({ type: 'run_ended', outcome: 'timed_out' })),
    ]) {
      const desk = new BoardHarness();
      desk.ask();
      desk.say('stop');
      await desk.pass(1);
      tell(desk);
      await desk.pass(3);
      expect(desk.titles()).toEqual([expect.stringMatching(/^\[(ERROR|TIMEOUT)\]/)]);
    }
  });

  it('gets a box when somebody is waited for', async () => {
    const desk = new BoardHarness({ policy: { openAfterMs: 60_000 } });
    desk.ask();
    desk.tell({ type: 'waiting_started', waitId: 'w', on: 'approval' });
    await desk.pass(1);
    expect(desk.titles()).toEqual([expect.stringContaining('[WAITING] approval')]);
  });

  it('gets a box when something was found about it', async () => {
    const desk = new BoardHarness({ policy: { hasFindings: () => true } });
    desk.ask();
    desk.say('stop');
    await desk.pass(1);
    expect(desk.titles()).toEqual([expect.stringContaining('[DONE]')]);
  });
});

describe('turns that ended before the start', () => {
  it('get no post, however long they were and however they ended; those that still run do', async () => {
    const desk = new BoardHarness({ isCatchingUp: true });
    desk.ask('agent:main:one');
    desk.ask('agent:main:two');
    desk.ask('agent:main:three');
    await desk.clock.advance(10_000);
    desk.say('stop', 'x', 'agent:main:one');
    desk.tell({ type: 'run_ended', outcome: 'failed', reason: 'HTTP 400' }, 'agent:main:two');
    desk.call('c', 'agent:main:three');
    await desk.pass(5);
    expect(desk.titles()).toEqual([]);
    desk.board.caughtUp();
    await desk.pass(1);
    expect(desk.titles()).toEqual([expect.stringContaining('[ACTIVE]')]);
  });

  it('get one when they go on', async () => {
    const desk = new BoardHarness({ isCatchingUp: true });
    desk.ask();
    await desk.clock.advance(10_000);
    desk.say('stop');
    await desk.pass(1);
    desk.board.caughtUp();
    await desk.pass(1);
    desk.say('tools', 'one more thing');
    await desk.pass(1);
    expect(desk.titles()).toEqual([expect.stringContaining('[ACTIVE]')]);
  });
});

describe('a scheduled run', () => {
  const schedule: Trigger = { kind: 'schedule', jobId: 'j', name: 'nightly' };

  it('is shown with CRON=failures when it fails, waits or runs longer than a minute, and not before', async () => {
    const failing = new BoardHarness();
    begin(failing, schedule);
    await failing.pass(5);
    expect(failing.titles()).toEqual([]);
    failing.tell({ type: 'run_ended', outcome: 'failed', reason: 'HTTP 400' });
    await failing.pass(1);
    expect(failing.titles()).toEqual([expect.stringContaining('main: nightly')]);

    const waiting = new BoardHarness();
    begin(waiting, schedule);
    waiting.tell({ type: 'waiting_started', waitId: 'w', on: 'approval' });
    await waiting.pass(1);
    expect(waiting.titles()).toHaveLength(1);

    const long = new BoardHarness();
    begin(long, schedule);
    long.call('c');
    await long.pass(59);
    expect(long.titles()).toEqual([]);
    await long.pass(2);
    expect(long.titles()).toHaveLength(1);
  });

  it('that succeeds at the second try is no failure', async () => {
    const desk = new BoardHarness();
    begin(desk, schedule);
    desk.say('error');
    await desk.pass(4);
    desk.say('stop');
    await desk.pass(120);
    expect(desk.titles()).toEqual([]);
  });

  it('that gives up trying is shown', async () => {
    const desk = new BoardHarness();
    begin(desk, schedule);
    desk.say('error');
    await desk.pass(50);
    expect(desk.titles()).toEqual([expect.stringContaining('[ERROR] HTTP 500')]);
  });

  it('is treated like any other turn with CRON=all, and never shown with CRON=off', async () => {
    const all = new BoardHarness({ policy: { schedule: 'all' } });
    begin(all, schedule);
    await all.pass(3);
    expect(all.titles()).toHaveLength(1);

    const off = new BoardHarness({ policy: { schedule: 'off' } });
    begin(off, schedule);
    await off.pass(90);
    off.tell({ type: 'run_ended', outcome: 'failed', reason: 'HTTP 400' });
    await off.pass(3);
    expect(off.titles()).toEqual([]);
    expect(off.board.rows()[0]?.why).toContain('CRON=off');
  });
});

describe('a heartbeat', () => {
  it('is shown only when it fails or spawns', async () => {
    const fine = new BoardHarness();
    begin(fine, { kind: 'heartbeat' });
    fine.call('c');
    await fine.pass(30);
    fine.answer('c');
    fine.say('stop', 'HEARTBEAT_OK');
    await fine.pass(120);
    expect(fine.titles()).toEqual([]);

    const failing = new BoardHarness();
    begin(failing, { kind: 'heartbeat' });
    failing.tell({ type: 'run_ended', outcome: 'failed', reason: 'HTTP 400' });
    await failing.pass(1);
    expect(failing.titles()).toEqual([expect.stringContaining('[ERROR]')]);

    const spawning = new BoardHarness();
    begin(spawning, { kind: 'heartbeat' });
    spawning.call('c');
    spawning.tell({ type: 'child_spawned', callId: 'c', childKey: 'agent:main:subagent:x' });
    await spawning.pass(1);
    expect(spawning.titles()).toHaveLength(1);
  });

  it('that nothing has named yet is waited for longer than OPEN_AFTER_MS', async () => {
    const desk = new BoardHarness();
    desk.tell({ type: 'busy_seen', until: Number.MAX_SAFE_INTEGER });
    await desk.pass(10);
    expect(desk.titles()).toEqual([]);
    begin(desk, { kind: 'heartbeat' });
    desk.say('stop', 'HEARTBEAT_OK');
    await desk.pass(120);
    expect(desk.titles()).toEqual([]);
  });
});

describe('AGENTS', () => {
  it('keeps the turns of other agents without a box, however they end', async () => {
    const desk = new BoardHarness({ policy: { allowsAgent: (agentId) => agentId !== 'main' } });
    desk.ask();
    await desk.pass(5);
    desk.tell({ type: 'run_ended', outcome: 'failed', reason: 'HTTP 400' });
    desk.ask('agent:other:main');
    await desk.pass(5);
    expect(desk.titles()).toEqual([expect.stringContaining('other')]);
    expect(desk.board.rows().find(({ sessionKey }) => sessionKey === MAIN)?.why).toContain('not in AGENTS');
  });

  it('is not asked about a session with an address, which ROUTES alone chooses', async () => {
    const desk = new BoardHarness({ policy: { allowsAgent: (agentId) => agentId === 'main' } });
    desk.tell({ type: 'session_seen', agentId: 'codex', address: 'codex:/home/dev/shop' }, 'codex:1');
    desk.ask('codex:1');
    await desk.pass(5);
    expect(desk.titles()).toEqual([expect.stringContaining('codex')]);
  });
});
