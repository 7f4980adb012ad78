// The rows beyond the recorded steps, on a clock that the test moves itself; A-7 is in `verdict.test.ts`.

import { expect, it, vi } from 'vitest';
import { RecordedSwarm } from './recorded-swarm.ts';
import { board, metersOf, MINUTE_MS, SECOND_MS, started, stateOf, writeGuard } from './guard-files.ts';

vi.setConfig({ testTimeout: 240_000 });

it('A-1: the budget is a meter that follows the file, with what handoffs cost, and absurd numbers clamped', async () => {
  const swarm = await started();
  writeGuard(swarm, { t1: { used: 7_200 } });
  await swarm.until(() => expect(metersOf(swarm, 't1')).toEqual([{ name: 'Budget', used: 7_200, of: 10_000, unit: 'tokens' }]));
  for (const [used, shown] of [
    [-5, 0],
    [1e300, 1e12],
    [10_155, 10_155],
  ] as const) {
    writeGuard(swarm, { t1: { used } });
    await swarm.until(() => expect(metersOf(swarm, 't1')?.[0]?.used).toBe(shown));
  }
});

it('A-2: a task whose budget is exhausted ends as stopped, and the rules are told once', async () => {
  const swarm = await started();
  writeGuard(swarm, { t1: { used: 800 } });
  await swarm.until(() => expect(stateOf(swarm, 't1')).toBe('active'));
  writeGuard(swarm, { t1: { used: 800, status: 'exhausted' } });
  await swarm.until(() => expect(stateOf(swarm, 't1')).toBe('stopped budget'));
  swarm.append('audit_log.jsonl', {
    timestamp: swarm.ago(),
    action: 'safety_shutdown',
    details: { task_id: 't1', reason: 'Spend of 9,500 would exceed budget. Current: 800/10,000' },
  });
  await swarm.until(() => expect(swarm.notes('t1')['shutdown']).toBe('A spend of 9,500 would have passed the budget'));
  expect(stateOf(swarm, 't1')).toBe('stopped budget');
  expect(swarm.facts('budget_exhausted').map(({ facts }) => facts)).toEqual([{ task: 't1', used: '800', of: '10000' }]);
});

it('A-2: a task that the guard has terminated, and one that was completed or failed, end as they should', async () => {
  const swarm = await started();
  writeGuard(swarm, {
    a: { tracked: 'budget_terminated' },
    b: { tracked: 'completed' },
    c: { tracked: 'failed' },
    d: { tracked: 'on_hold' },
  });
  await swarm.until(() => expect(swarm.turnsOf('d')).toHaveLength(1));
  expect(['a', 'b', 'c', 'd'].map((id) => stateOf(swarm, id))).toEqual(['stopped budget', 'done', 'error', 'active']);
  expect(swarm.notes('d')['status']).toBe('Status: on_hold');
  expect(swarm.source.health().unknownKinds).toEqual({ 'status:on_hold': 1 });
});

it('A-3: the fourth handoff and a long message are refused in the box, though the system writes that nowhere', async () => {
  const swarm = await started();
  const beganAt = swarm.ago();
  writeGuard(swarm, { t1: { handoffs: [{ has_artifact: true }, { has_artifact: true }, {}] } }, {}, beganAt);
  await swarm.until(() => expect(swarm.notes('t1')['handoffs']).toBe('Handoffs 3/3 · output 67 %'));
  expect(swarm.notes('t1')['refused']).toBeUndefined();
  writeGuard(swarm, { t1: { handoffs: [{ has_artifact: true }, {}, {}, {}] } }, {}, beganAt);
  await swarm.until(() => expect(swarm.notes('t1')['refused']).toBe('Handoff 4 refused: 3 are the limit · lead → analyst'));
  expect(swarm.notes('t1')['handoffs']).toBe('Handoffs 4/3 · output 25 %');
  writeGuard(swarm, { t2: { handoffs: [{ message_length: 501 }] } });
  await swarm.until(() => expect(swarm.notes('t2')['refused']).toContain('500 characters are the limit and it has 501'));
  expect(swarm.facts('handoff').map(({ facts }) => `${facts['task']} ${facts['number']} ${facts['length']} ${facts['artifacts']}`)).toEqual(
    ['t1 1 20 1', 't1 2 20 2', 't1 3 20 2', 't1 4 20 1', 't2 1 501 0'],
  );
});

it('A-3: two minutes without output are seen by our clock, with no file changed and no timer before that', async () => {
  const swarm = await started();
  writeGuard(swarm, { t1: { handoffs: [{}] } }, { lead: { agoMs: 0, task: 'other' } });
  await swarm.until(() => expect(swarm.notes('t1')['handoffs']).toBeDefined());
  await swarm.clock.advance(119 * SECOND_MS);
  expect(swarm.facts('no_output')).toEqual([]);
  await swarm.clock.advance(2 * SECOND_MS);
  expect(swarm.notes('t1')['no-output']).toBe('Two minutes without output: the next handoff is refused');
  expect(swarm.facts('no_output').map(({ facts }) => facts)).toEqual([{ task: 't1', seconds: '120', handoffs: '1' }]);
});

it('A-5: a member is silent after 60 s by our clock, is told again at steps only, and is back when it gives a sign', async () => {
  const swarm = await started();
  writeGuard(swarm, { t1: {} }, { analyst: { agoMs: 0, task: 't1' } });
  await swarm.until(() => expect(swarm.turnsOf('t1')).toHaveLength(1));
  await swarm.clock.advance(59 * SECOND_MS);
  expect(swarm.notes('t1')['silent']).toBeUndefined();
  await swarm.clock.advance(2 * SECOND_MS);
  expect(swarm.notes('t1')['silent']).toBe('analyst silent 60 s');
  await swarm.clock.advance(70 * SECOND_MS);
  expect(swarm.notes('t1')['silent']).toBe('analyst silent 120 s');
  const told = swarm.events.length;
  await swarm.clock.advance(20 * SECOND_MS);
  expect(swarm.events.length).toBe(told);
  writeGuard(swarm, { t1: {} }, { analyst: { agoMs: 0, task: 't1' } }, swarm.ago(150 * SECOND_MS));
  await swarm.until(() => expect(swarm.notes('t1')).toMatchObject({ back: 'analyst is back' }));
  expect(swarm.notes('t1')['silent']).toBeUndefined();
  await swarm.clock.advance(61 * SECOND_MS);
  expect(swarm.notes('t1')).not.toHaveProperty('back');
  expect(swarm.facts().map(({ what, facts }) => `${what} ${facts['member']}`)).toEqual([
    'member_silent analyst',
    'member_back analyst',
    'member_silent analyst',
  ]);
});

it('A-5: nobody is missed at a task that has ended', async () => {
  const swarm = await started();
  writeGuard(swarm, { t1: { status: 'exhausted' } }, { analyst: { agoMs: 0, task: 't1' } });
  await swarm.until(() => expect(stateOf(swarm, 't1')).toBe('stopped budget'));
  await swarm.clock.advance(10 * MINUTE_MS);
  expect(swarm.facts('member_silent')).toEqual([]);
});

it('A-6: a result that failed, and one whose agent is unsure, are remarks', async () => {
  const swarm = await started();
  const issues = ["MISSING_FIELD: Result must include 'output'", 'STRANGE_CHECK: who knows'];
  writeGuard(swarm, {
    t1: {
      validations: [
        { agent_id: 'risk', valid: false, issues },
        { agent_id: 'fine', valid: true, issues: [] },
        { agent_id: 'shy', valid: true, confidence: 0.4 },
      ],
    },
  });
  await swarm.until(() => expect(swarm.notes('t1')['result:risk']).toBe('Result of risk: missing output, strange check'));
  expect(swarm.notes('t1')).toMatchObject({ 'result:shy': 'Result of shy: confidence 40 %' });
  expect(swarm.notes('t1')).not.toHaveProperty('result:fine');
  swarm.write(
    'swarm-blackboard.md',
    board([{ key: 'task:t1:report', value: { status: 'success', confidence: 0.5 }, source_agent: 'shy' }]),
  );
  await swarm.until(() => expect(swarm.notes('t1')['entry:task:t1:report']).toBe('task:t1:report success (shy) · confidence 50 %'));
});

it('a task that begins anew under the same name gets a turn of its own', async () => {
  const swarm = await started();
  writeGuard(swarm, { t1: { used: 5, status: 'exhausted' } });
  await swarm.until(() => expect(stateOf(swarm, 't1')).toBe('stopped budget'));
  await swarm.clock.advance(MINUTE_MS);
  writeGuard(swarm, { t1: { used: 7 } });
  await swarm.until(() => expect(swarm.turnsOf('t1')).toHaveLength(2));
  expect([stateOf(swarm, 't1'), metersOf(swarm, 't1')?.[0]?.used]).toEqual(['active', 7]);
});

it('of what is old only what is open and younger than a day is shown after a start', async () => {
  const swarm = new RecordedSwarm();
  const HOUR_MS = 60 * MINUTE_MS;
  writeGuard(swarm, { old: {} }, {}, swarm.ago(25 * HOUR_MS));
  await swarm.start();
  await swarm.settled();
  expect(swarm.events).toEqual([]);
  const others = new RecordedSwarm();
  writeGuard(others, { open: {}, over: { status: 'exhausted' } }, {}, others.ago(HOUR_MS));
  await others.start();
  await others.settled();
  expect([others.turnsOf('open').length, others.turnsOf('over').length]).toEqual([1, 0]);
});

it('rules are not told of what was over long before the start, but of what goes on since', async () => {
  const swarm = new RecordedSwarm();
  const began = swarm.ago(60 * MINUTE_MS);
  const handoffs = [{}, {}, {}, {}];
  writeGuard(swarm, { t1: { handoffs } }, { analyst: { agoMs: 60 * MINUTE_MS, task: 't1' } }, began);
  await swarm.start();
  await swarm.settled();
  expect([swarm.notes('t1')['refused'], swarm.facts()]).toEqual(['Handoff 4 refused: 3 are the limit · lead → analyst', []]);
  writeGuard(swarm, { t1: { handoffs: [...handoffs, {}] } }, { analyst: { agoMs: 0, task: 't1' } }, began);
  await swarm.until(() =>
    expect(swarm.facts().map(({ what, facts }) => `${what} ${facts['number'] ?? ''}`.trim())).toEqual(['handoff 5', 'member_back']),
  );
});
