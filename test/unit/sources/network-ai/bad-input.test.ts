// Files of Network-AI as they should not be: half-written, gone, enormous, garbage, dated by another clock, or of several folders at once.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { SessionEvent } from '../../../../src/core/event.ts';
import { networkAi } from '../../../../src/sources/network-ai/network-ai-entry.ts';
import { folderNames } from '../../../../src/sources/network-ai/folder-names.ts';
import { FakeClock } from '../../../support/clock.ts';
import { SILENT_PORTS } from '../../../support/silent-ports.ts';
import { tempFolderInMemory } from '../../../support/temp-folder.ts';
import { eventually } from '../../../support/until.ts';
import { applyStage, RecordedSwarm } from './recorded-swarm.ts';

vi.setConfig({ testTimeout: 240_000 });

const SECOND_MS = 1_000;

/** A source that has read the first three recorded steps. */
async function atWork(): Promise<RecordedSwarm> {
  const swarm = new RecordedSwarm();
  await swarm.start();
  for (const stage of ['01-budget-and-heartbeats', '02-handoffs-allowed', '03-handoff-tax-blocked']) await swarm.goTo(stage);
  await swarm.until(() => expect(swarm.notes('task_001')['refused']).toBeDefined());
  return swarm;
}

const budgets = (swarm: RecordedSwarm): string => readFileSync(join(swarm.dir, 'budget_tracking.json'), 'utf8');
const used = (swarm: RecordedSwarm): number | undefined => swarm.turnsOf('task_001').at(-1)?.meters?.[0]?.used;

it('half a file changes nothing, whatever was written of it, and is read as soon as it is whole', async () => {
  const swarm = await atWork();
  const whole = budgets(swarm).replace('"used_tokens": 933', '"used_tokens": 955');
  const before = swarm.events.length;
  for (const share of [0, 0.01, 0.3, 0.7, 0.99]) {
    swarm.write('budget_tracking.json', whole.slice(0, Math.floor(whole.length * share)));
    await swarm.settled();
  }
  expect(swarm.events.slice(before)).toEqual([]);
  swarm.write('budget_tracking.json', whole);
  await swarm.until(() => expect(used(swarm)).toBe(955));
  expect(swarm.source.health()).toMatchObject({ condition: { state: 'readable' } });
});

it('a file that stays half-written is named in health and once in the log, until it is whole', async () => {
  const swarm = await atWork();
  const whole = budgets(swarm);
  swarm.write('budget_tracking.json', whole.slice(0, 100));
  await swarm.until(() => expect(swarm.source.health().condition).toMatchObject({ state: 'impaired' }));
  await swarm.clock.advance(30 * SECOND_MS);
  expect(swarm.source.health()).toMatchObject({ problems: { half_written: 1 } });
  expect(swarm.logged.filter((line) => line.includes('half-written'))).toHaveLength(1);
  expect(used(swarm)).toBe(933);
  swarm.write('budget_tracking.json', whole);
  await swarm.until(() => expect(swarm.source.health().condition).toEqual({ state: 'readable' }));
});

it('files and folders that vanish end nothing and take nothing back, and are read when they are there again', async () => {
  const swarm = await atWork();
  const before = swarm.events.length;
  for (const name of ['budget_tracking.json', 'task_tracking.json', 'agent_health.json', 'audit_log.jsonl']) rmSync(join(swarm.dir, name));
  await swarm.settled();
  renameSync(swarm.dir, `${swarm.dir}-away`);
  await swarm.clock.advance(6 * SECOND_MS);
  await swarm.settled();
  expect(swarm.events.slice(before)).toEqual([]);
  mkdirSync(swarm.dir);
  applyStage('02-handoffs-allowed', swarm.dir);
  await swarm.until(() => expect(used(swarm)).toBe(473));
  expect(swarm.turnsOf('task_001')).toHaveLength(1);
});

it('garbage, strange shapes and absurd values neither throw nor show, and the next good file is read', async () => {
  const swarm = await atWork();
  const strange: unknown[] = [
    '\u0000\u0001garbage',
    '[]',
    'null',
    '"text"',
    { task_001: null, other: [], 7: 'x', __proto__: 1, constructor: { used_tokens: {} } },
    { task_001: { used_tokens: 'many', max_tokens: -1, created_at: 'yesterday', spending_log: 'none', status: 7 } },
    { task_001: { handoffs: [null, 7, {}], validations: {}, artifacts_produced: 1e308, created_at: '9999-99-99', status: {} } },
    { ['x'.repeat(5_000)]: { used_tokens: 1 }, 'a\nb\u202e': { used_tokens: 1 }, '': { used_tokens: 1 } },
    {
      agent: { last_heartbeat: 7, current_task: {} },
      [`${'n'.repeat(500)}`]: { last_heartbeat: '2026-11-21T01:59:56Z', current_task: 'task_001' },
    },
  ];
  const names = [
    'budget_tracking.json',
    'task_tracking.json',
    'agent_health.json',
    'active_grants.json',
    'project-context.json',
    'swarm-blackboard.md',
  ];
  for (const value of strange) {
    for (const name of names) swarm.write(name, value);
    swarm.append('audit_log.jsonl', value);
    swarm.append('hooks_audit.jsonl', value);
    await swarm.settled();
  }
  for (const stage of ['01-budget-and-heartbeats', '02-handoffs-allowed', '03-handoff-tax-blocked']) applyStage(stage, swarm.dir);
  await swarm.until(() => expect(used(swarm)).toBe(933));
  await swarm.until(() => expect(swarm.notes('task_001')['refused']).toBeDefined());
  expect(swarm.events.every(({ sessionKey }) => /^[\w.:-]{1,300}$/.test(sessionKey))).toBe(true);
  expect(swarm.events.every(({ at }) => at <= swarm.clock.now())).toBe(true);
});

it('a record of 10 MB is passed over and named; what follows it is read, and what was read before stays', async () => {
  const swarm = await atWork();
  swarm.append('audit_log.jsonl', { timestamp: swarm.ago(), action: 'x'.repeat(10_000_000), details: {} });
  swarm.append('audit_log.jsonl', { timestamp: swarm.ago(), action: 'quorum_reached', details: {} });
  await swarm.until(() => expect(swarm.notes('task_001')['unknown']).toBe('Unknown in the audit log: quorum_reached'));
  swarm.write('budget_tracking.json', { task_001: { description: 'd'.repeat(10_000_000) } });
  await swarm.until(() =>
    expect(swarm.source.health()).toMatchObject({ condition: { state: 'impaired' }, problems: { long_line: 1, too_large: 1 } }),
  );
  expect(used(swarm)).toBe(933);
});

it('a log that is truncated or replaced is read from its start', async () => {
  const swarm = await atWork();
  for (const action of ['one', 'two']) swarm.append('audit_log.jsonl', { timestamp: swarm.ago(), action, details: {} });
  await swarm.until(() => expect(swarm.notes('task_001')['unknown']).toContain('one, two'));
  swarm.write('audit_log.jsonl', `${JSON.stringify({ timestamp: swarm.ago(), action: 'three', details: {} })}\n`);
  await swarm.until(() => expect(swarm.notes('task_001')['unknown']).toBe('Unknown in the audit log: three'));
});

it('reads through no link and waits for no pipe', async () => {
  const swarm = await atWork();
  const outside = join(tempFolderInMemory(), 'outside.json');
  writeFileSync(outside, budgets(swarm).replace('933', '7'));
  rmSync(join(swarm.dir, 'budget_tracking.json'));
  symlinkSync(outside, join(swarm.dir, 'budget_tracking.json'));
  rmSync(join(swarm.dir, 'agent_health.json'));
  execFileSync('mkfifo', [join(swarm.dir, 'agent_health.json')]);
  await swarm.settled();
  expect(used(swarm)).toBe(933);
  expect(swarm.source.health().problems).toMatchObject({ symlink: 1, not_a_file: 1 });
});

it("a writer whose clock is ahead is in nobody's future, and nobody seems silent because its clock is behind", async () => {
  for (const skewMs of [-10 * 60_000, 10 * 60_000]) {
    // The file system has our clock; only what the scripts write has the other one.
    const swarm = new RecordedSwarm({ clock: new FakeClock(Date.now()) });
    await swarm.start();
    const write = (): void => {
      const stamp = swarm.ago(-skewMs);
      swarm.write('agent_health.json', { analyst: { last_heartbeat: stamp, current_task: 't1' } });
      swarm.write('budget_tracking.json', {
        t1: { max_tokens: 100, used_tokens: 1, created_at: swarm.ago(-skewMs + 5 * SECOND_MS), status: 'active' },
      });
    };
    for (let beat = 0; beat < 4; beat += 1) {
      write();
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      await swarm.clock.advance(Math.max(0, Date.now() - swarm.clock.now()));
    }
    await swarm.until(() => expect(swarm.turnsOf('t1')).toHaveLength(1));
    expect(swarm.facts('member_silent')).toEqual([]);
    expect(swarm.notes('t1')).not.toHaveProperty('silent');
    expect(swarm.events.every(({ at }) => at <= swarm.clock.now())).toBe(true);
    await swarm.clock.advance(62 * SECOND_MS);
    expect(swarm.notes('t1')).toMatchObject({ silent: 'analyst silent 60 s' });
    await swarm.source.stop();
  }
});

it('several folders and environments are watched at once, and none takes what is of another', async () => {
  const root = tempFolderInMemory();
  const dirs = [join(root, 'shop', 'data'), join(root, 'bank', 'data'), join(root, 'elsewhere', 'bank')];
  for (const dir of dirs) {
    mkdirSync(join(dir, 'dev'), { recursive: true });
    const now = new Date().toISOString();
    const text = JSON.stringify({ t1: { max_tokens: 10, used_tokens: dirs.indexOf(dir), created_at: now, status: 'active' } });
    writeFileSync(join(dir, 'budget_tracking.json'), text);
    cpSync(join(dir, 'budget_tracking.json'), join(dir, 'dev', 'budget_tracking.json'));
  }
  const events: SessionEvent[] = [];
  const settings = { networkAiDir: dirs.join(':'), watchPolling: false };
  const source = await networkAi.create(settings, { ...SILENT_PORTS, emit: (event) => events.push(event) });
  onTestFinished(() => source?.stop());
  await source?.start();
  const seen = (): string[] =>
    events.flatMap((event) => (event.type === 'meter_changed' ? [`${event.sessionKey} ${event.used}`] : [])).toSorted();
  const expected = ['bank 1', 'bank-2 2', 'shop 0'].flatMap((each) => {
    const [name = '', value = ''] = each.split(' ');
    return [`network-ai:${name}:dev:task:t1 ${value}`, `network-ai:${name}:task:t1 ${value}`];
  });
  await eventually(() => expect(seen()).toEqual(expected.toSorted()));
  expect([...folderNames(dirs).values()]).toEqual(['shop', 'bank', 'bank-2']);
  expect(source?.health()).toMatchObject({ condition: { state: 'readable' }, wasRead: true, files: 6 });
});

it('a file that changes twice within a tick of the clock of the file system is read twice', async () => {
  const swarm = new RecordedSwarm({ clock: new FakeClock(Date.now()) });
  await swarm.start();
  const path = join(swarm.dir, 'budget_tracking.json');
  const write = (amount: number): void =>
    swarm.write('budget_tracking.json', { t1: { max_tokens: 100, used_tokens: amount, created_at: swarm.ago() } });
  const tick = new Date(swarm.clock.now());
  write(11);
  utimesSync(path, tick, tick);
  await swarm.until(() => expect(swarm.turnsOf('t1').at(-1)?.meters?.[0]?.used).toBe(11));
  write(22);
  utimesSync(path, tick, tick);
  await swarm.until(() => expect(swarm.turnsOf('t1').at(-1)?.meters?.[0]?.used).toBe(22));
});

it('where file events cannot be used, it looks every second', async () => {
  const swarm = new RecordedSwarm({ polling: true });
  await swarm.start();
  applyStage('01-budget-and-heartbeats', swarm.dir);
  await swarm.clock.advance(999);
  expect(swarm.events).toEqual([]);
  await swarm.clock.advance(2);
  expect(swarm.turnsOf('task_001')).toHaveLength(1);
});

it('when nothing is due, it sets no timer but that of the next sweep', async () => {
  const swarm = await atWork();
  await swarm.clock.advance(20 * 60 * SECOND_MS);
  const [before, events] = [swarm.clock.timers, swarm.events.length];
  await swarm.clock.advance(5 * 60 * SECOND_MS);
  expect(swarm.clock.timers - before).toBeLessThanOrEqual(60);
  expect(swarm.events.length).toBe(events);
});

it('waits for a folder that is not there yet, and says so', async () => {
  const swarm = new RecordedSwarm();
  rmSync(swarm.dir, { recursive: true });
  await swarm.start();
  expect(swarm.source.health().condition).toMatchObject({ state: 'unreadable' });
  mkdirSync(swarm.dir);
  applyStage('01-budget-and-heartbeats', swarm.dir);
  await swarm.until(() => expect(swarm.turnsOf('task_001')).toHaveLength(1));
});

it('says nothing after it was stopped', async () => {
  const swarm = await atWork();
  await swarm.source.stop();
  const before = swarm.events.length;
  applyStage('04-results-validated', swarm.dir);
  await swarm.clock.advance(120 * SECOND_MS);
  await swarm.settled();
  expect(swarm.events.length).toBe(before);
});
