// What the rows about tasks of the mesh promise, shown one by one.

import { describe, expect, it } from 'vitest';
import { HeardMesh } from './heard-mesh.ts';
import { MINUTE_MS, NOW, TASK, heard, iso, ofType, recordedOf, taskEvent, taskRecord } from './mesh-messages.ts';
import { recordedMessages } from './recorded-mesh.ts';

describe('N-5', () => {
  it.each([
    ['submitted', { status: 'queued', owner: null, claimed_at: null, started_at: null }, '[ACTIVE] T-1'],
    ['proposed', { status: 'proposed', owner: null, claimed_at: null, started_at: null }, '[ACTIVE] T-1'],
    ['claimed', { status: 'claimed', started_at: null }, '[ACTIVE] T-1 node-a · 0 of 30 min'],
    ['started', {}, '[ACTIVE] T-1 node-a · 0 of 30 min'],
    ['heartbeat', { last_activity: iso(NOW) }, '[ACTIVE] T-1 node-a · 0 of 30 min'],
    ['pending_review', { status: 'pending_review', review_requested_at: iso(NOW) }, '[WAITING] review'],
    ['completed', { status: 'completed', completed_at: iso(NOW) }, '[DONE] T-1'],
    ['failed', { status: 'failed', completed_at: iso(NOW), result: { summary: 'no' } }, '[ERROR] no'],
    ['released', { status: 'released', completed_at: iso(NOW) }, '[RELEASED] T-1'],
    ['cancelled', { status: 'cancelled', completed_at: iso(NOW) }, '[CANCELLED] T-1'],
    ['rejected', { status: 'rejected', completed_at: iso(NOW) }, '[REJECTED] T-1'],
  ])('a task that is %s', (type, fields, expected) => {
    expect(heard(taskEvent(type, fields)).box(TASK)).toContain(expected);
  });

  it('the title says how long the task has been worked on', () => {
    const mesh = heard(taskEvent('started'));
    mesh.clock.pass(3 * MINUTE_MS);
    mesh.book.tick();
    expect(mesh.box(TASK)).toContain('[ACTIVE] T-1 node-a · 3 of 30 min');
  });

  it('a refused proposal is rejected, a refused review goes back to the queue with its reason', () => {
    const mesh = heard(
      ...recordedOf('.rejected', 'T-20261121-066'),
      ...recordedMessages()
        .filter(({ data }) => data['task_id'] === 'T-20261121-002')
        .slice(0, 4),
    );
    expect(mesh.box('mesh:main:task:T-20261121-066')).toContain('[REJECTED]');
    expect(mesh.box('mesh:main:task:T-20261121-002')).toMatch(
      /^mesh.*\n\[ACTIVE\].*\n(?:.*\n)*.*queued\n.*review refused: missing upgrade steps/,
    );
  });

  it('the type is in the subject: a completed plan completes no task', () => {
    const mesh = heard(taskEvent('started'));
    mesh.hear({
      subject: 'mesh.events.plan.completed',
      data: { event: 'completed', task_id: 'T-1', plan: { plan_id: 'P', status: 'completed' } },
    });
    expect(mesh.box(TASK)).toContain('[ACTIVE]');
  });
});

it('N-6 attempts are lines with their outcome and metric', () => {
  const box = heard(...recordedMessages().filter(({ data }) => data['task_id'] === 'T-20261121-001')).box('mesh:main:task:T-20261121-001');
  expect(box).toContain('attempt: `widen refresh window · metric failed: 2 failing` [ERR]');
  expect(box).toContain('attempt: `rotate refresh token on use · metric passed` [OK]');
});

describe('N-7', () => {
  it('a meter shows the time of the budget, also while nothing is heard', () => {
    const mesh = heard(taskEvent('started', { budget_minutes: 4 }));
    mesh.clock.pass(3 * MINUTE_MS);
    mesh.book.tick();
    expect(mesh.box(TASK)).toContain('Time ███████░░░ 75 % (3/4 min)');
  });

  it('a task over its budget ends by it', () => {
    const mesh = heard(...recordedMessages().filter(({ data }) => data['task_id'] === 'T-20261121-007'));
    expect(mesh.box('mesh:main:task:T-20261121-007')).toContain('[TIMEOUT] budget');
  });

  it('a notice says so before the record does', () => {
    const mesh = heard(taskEvent('started'));
    mesh.hear({ subject: 'mesh.agent.node-a.budget_exceeded', data: { task_id: 'T-1', elapsed_minutes: 31, budget_minutes: 30 } });
    expect(mesh.box(TASK)).toContain('[WARNING] over its budget, 31 of 30 min');
  });
});

describe('N-8', () => {
  it('a worker without a sign is silent, until it gives one', () => {
    const mesh = heard(taskEvent('started'));
    mesh.clock.pass(2 * MINUTE_MS);
    mesh.book.tick();
    expect(mesh.box(TASK)).toContain('[WARNING] silent 2m');
    mesh.hear(taskEvent('heartbeat', { last_activity: iso(mesh.clock.now()) }, mesh.clock.now()));
    expect(mesh.box(TASK)).not.toContain('silent');
  });

  it('nobody is called silent while the mesh cannot be heard', () => {
    const mesh = heard(taskEvent('started'));
    mesh.book.heard(false);
    mesh.clock.pass(10 * MINUTE_MS);
    mesh.book.tick();
    expect(mesh.box(TASK)).not.toContain('silent');
  });

  it('a stall names the silence by the record, not by the absurd figure of the message', () => {
    const mesh = heard(taskEvent('claimed', { status: 'claimed', started_at: null }));
    mesh.clock.pass(3 * MINUTE_MS);
    mesh.hear({ subject: 'mesh.agent.node-a.stall', data: { task_id: 'T-1', silent_minutes: 29_920_431, threshold_minutes: 1 } });
    expect(mesh.box(TASK)).toContain('[WARNING] silent 3m, the node does not answer');
    const released = heard(...recordedMessages().filter(({ data }) => data['task_id'] === 'T-20261121-030'));
    expect(released.box('mesh:main:task:T-20261121-030')).toContain('reason: never started, silent 1m, the node did not answer');
    expect(released.boxes()).not.toContain('29920431');
  });
});

it('N-9 a review waits for a person, who is told how to answer, and ends with the review', () => {
  const all = recordedMessages().filter(({ data }) => data['task_id'] === 'T-20261121-002');
  const mesh = heard(...all.slice(0, 3));
  expect(mesh.box('mesh:main:task:T-20261121-002')).toContain('[WAITING] review');
  const [wait] = ofType(mesh, 'waiting_started');
  expect(wait).toMatchObject({ on: 'review', who: 'a reviewer of the mesh' });
  expect(wait?.copy).toEqual([
    `nats request mesh.tasks.approve '{"task_id":"T-20261121-002"}'`,
    `nats request mesh.tasks.reject '{"task_id":"T-20261121-002"}'`,
  ]);
  for (const message of all.slice(3)) mesh.hear(message);
  expect(mesh.box('mesh:main:task:T-20261121-002')).toContain('[DONE]');
  expect(ofType(mesh, 'waiting_ended')).toHaveLength(2);
});

describe('N-12, N-13, N-15, N-16', () => {
  it('findings of the checks of the mesh are observed once each, for the rules', () => {
    const mesh = heard(...recordedMessages(), ...recordedMessages());
    const facts = ofType(mesh, 'observed').map(({ what, facts: { rule, files, severity } }) => [what, rule, files, severity]);
    expect(facts).toEqual([
      ['enforcement', 'scope-enforcement', 'package.json', 'violation'],
      ['enforcement', 'block-rm-rf', '', 'violation'],
      ['enforcement', 'build-before-done', '', 'warning'],
      ['enforcement', 'no-silent-failure', '', 'warning'],
    ]);
  });

  it('an output that the role of the task asks for is missing', () => {
    const result = {
      role_validation: { passed: false, issues: [{ type: 'file_match', description: 'Test file must accompany any contract change' }] },
    };
    const [fact] = ofType(heard(taskEvent('failed', { status: 'failed', result })), 'observed');
    expect(fact?.facts).toMatchObject({ rule: 'required-output', message: 'Test file must accompany any contract change' });
  });
});

describe('N-19', () => {
  const attempts = (...approaches: string[]) => ({
    attempts: approaches.map((approach, index) => ({ approach: `Attempt ${index + 1}: ${approach}`, result: 'failed', keep: false })),
  });

  it('the same approach for the third time, and many attempts', () => {
    expect(heard(taskEvent('heartbeat', attempts('retry', 'retry', 'Retry'))).box(TASK)).toContain('[WARNING] the same approach 3 times');
    expect(heard(taskEvent('heartbeat', attempts('a', 'b', 'c', 'd', 'e'))).box(TASK)).toContain('[WARNING] 5 attempts');
    expect(heard(taskEvent('heartbeat', attempts('a', 'a', 'b', 'c'))).box(TASK)).not.toContain('WARNING');
  });

  it('a role whose every task was escalated', () => {
    const failed = (id: string) => taskEvent('failed', { task_id: id, role: 'dev', status: 'failed', completed_at: iso(NOW) });
    const escalation = (id: string) => taskEvent('submitted', { task_id: `ESC-${id}`, status: 'queued', tags: [`escalated_from:${id}`] });
    const mesh = heard(failed('T-1'), escalation('T-1'), failed('T-2'), escalation('T-2'));
    expect(mesh.box('mesh:main:task:T-2')).toContain('[WARNING] every task of this role was escalated');
  });

  it('proposals that wait are counted', () => {
    const mesh = heard(taskEvent('proposed', { status: 'proposed' }), taskEvent('proposed', { task_id: 'T-2', status: 'proposed' }));
    expect(mesh.book.countTasks('proposed')).toBe(2);
  });
});

describe('N-33', () => {
  it('the role of a task and of a member is a suffix', () => {
    expect(heard(taskEvent('started', { role: 'Lead' })).box(TASK)).toContain('T-1 node-a · 0 of 30 min (Lead)');
  });

  it('a large record is a remark, and a finding before the bus refuses it', () => {
    const withBytes = (bytes: number) => {
      const mesh = new HeardMesh(NOW);
      mesh.inbox.written('task', 'T-1', JSON.stringify(taskRecord({ description: 'x'.repeat(bytes) })));
      return mesh;
    };
    expect(withBytes(700_000).box(TASK)).not.toContain('record');
    expect(withBytes(810_000).box(TASK)).toContain('[WARNING] its record has 810 KB');
    expect(ofType(withBytes(810_000), 'observed')).toEqual([]);
    const large = withBytes(960_000);
    expect(large.box(TASK)).toContain('[CRITICAL] its record has 960 KB');
    expect(ofType(large, 'observed')).toMatchObject([{ what: 'record_size', facts: { record: 'task T-1' } }]);
  });

  it('a record that is too large to be read leaves what was shown, and says so', () => {
    const mesh = heard(taskEvent('started'));
    mesh.inbox.written('task', 'T-1', `{"task_id":"T-1","x":"${'x'.repeat(10_000_000)}"}`);
    expect(mesh.box(TASK)).toMatch(/\[ACTIVE\] T-1 node-a[^]*\[CRITICAL\] its record has 10000 KB/);
    expect(mesh.problems.counts).toEqual({ 'too-large': 1 });
  });
});
