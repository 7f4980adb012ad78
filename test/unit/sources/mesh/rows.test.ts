// What the rows of the mesh promise, shown one by one.

import { describe, expect, it } from 'vitest';
import type { EventOf, SessionEvent } from '../../../../src/core/event.ts';
import { HeardMesh } from './heard-mesh.ts';
import { linesOf, recordedMessages, RECORDED_UNTIL, type RecordedMessage } from './recorded-mesh.ts';

const NOW = Date.parse('2026-11-21T01:46:30Z');
const MINUTE_MS = 60_000;
const iso = (at: number): string => new Date(at).toISOString();

type Fields = Record<string, unknown>;

const taskRecord = (fields: Fields = {}): Fields => ({
  task_id: 'T-1',
  title: 'Widen the window',
  status: 'running',
  owner: 'node-a',
  budget_minutes: 30,
  created_at: iso(NOW),
  claimed_at: iso(NOW),
  started_at: iso(NOW),
  attempts: [],
  ...fields,
});

const taskEvent = (type: string, fields: Fields = {}, at = NOW): RecordedMessage => ({
  at: iso(at),
  subject: `mesh.events.${type}`,
  data: { event: type, task_id: 'T-1', task: taskRecord(fields), timestamp: iso(at) },
});

function heard(...messages: RecordedMessage[]): HeardMesh {
  const mesh = new HeardMesh(NOW);
  for (const message of messages) mesh.hear(message);
  return mesh;
}

const TASK = 'mesh:main:task:T-1';
const ofType = <T extends SessionEvent['type']>(mesh: HeardMesh, type: T) =>
  mesh.events.filter((event): event is EventOf<T> => event.type === type);
const recordedOf = (type: string, id: string): RecordedMessage[] =>
  recordedMessages().filter(({ subject, data }) => subject.endsWith(type) && Object.values(data).includes(id));

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

describe('N-10', () => {
  const plans = recordedMessages().filter(({ data }) => JSON.stringify(data).includes('PLAN-T-20261121-030'));
  const PLAN = 'mesh:main:plan:PLAN-T-20261121-030-1795225778121';

  it('a plan that nobody has approved waits for that', () => {
    const mesh = heard(...plans.filter(({ subject }) => subject === 'mesh.events.plan.created'));
    expect(mesh.box(PLAN)).toContain('[WAITING] approval');
    expect(ofType(mesh, 'waiting_started')[0]?.copy?.[0]).toContain('mesh.plans.approve');
  });

  it('subtasks are nested with their state, and its waves, failures and policy are said', () => {
    const box = heard(...plans).box(PLAN);
    expect(box).toMatch(/\[ABORTED\][^]*Part: Design[^]*\[DONE\][^]*Part: Implement[^]*\[ERROR\] metric failed/);
    expect(box).toContain('wave 2 of 3');
    expect(box).toContain('[WARNING] Code Review blocked: Blocked by failed dependency: p1-implement');
    expect(box).toContain('policy: abort on critical fail');
  });

  it('a task of a plan has no box of its own, whichever came first', () => {
    const mesh = heard(...plans.toReversed());
    expect([...mesh.fold.sessionsByKey.values()].filter(({ key }) => key.endsWith('task:p1-design'))).toMatchObject([{ parentKey: PLAN }]);
    expect(mesh.boxes()).not.toContain('mesh:task:p1-design');
  });

  it('subtasks of the same name in two plans are two', () => {
    const subtask = (plan: string): RecordedMessage => ({
      at: iso(NOW),
      subject: 'mesh.events.submitted',
      data: { task: taskRecord({ task_id: 'design', plan_id: plan, subtask_id: 'design' }), timestamp: iso(NOW) },
    });
    const mesh = heard(subtask('P1'), subtask('P2'));
    expect([...mesh.fold.sessionsByKey.keys()]).toEqual(['mesh:main:plan:P1:task:design', 'mesh:main:plan:P2:task:design']);
  });

  it('a failed task names the task that took over, and the other way round; a subtask that was saved has recovered', () => {
    const boxes = heard(...recordedMessages()).boxes();
    expect(boxes).toContain('escalated to ESC-T-20261121-023-1795225778047');
    expect(boxes).toContain('escalated from T-20261121-023');
    const saved = {
      plan_id: 'P',
      status: 'executing',
      created_at: iso(NOW),
      subtasks: [{ subtask_id: 's', title: 'Build', status: 'completed', mesh_task_id: 's', wave: 0 }],
    };
    const mesh = heard(taskEvent('failed', { task_id: 's', plan_id: 'P', subtask_id: 's', status: 'failed', completed_at: iso(NOW) }), {
      at: iso(NOW),
      subject: 'mesh.events.plan.subtask_completed',
      data: { plan: saved, timestamp: iso(NOW) },
    });
    expect(mesh.box('mesh:main:plan:P')).toContain('Build recovered by its escalation');
  });
});

describe('N-11', () => {
  const gate = recordedMessages().filter(({ data }) => data['session_id'] === 'collab-T-20261121-005-1795225567592');
  const blocked = recordedMessages().filter(({ data }) => data['session_id'] === 'collab-T-20261121-040-1795225778206');
  const upTo = (messages: RecordedMessage[], type: string) =>
    messages.slice(0, messages.findIndex(({ subject }) => subject.endsWith(type)) + 1);
  const GATED = 'mesh:main:collab:collab-T-20261121-005-1795225567592';
  const BLOCKED = 'mesh:main:collab:collab-T-20261121-040-1795225778206';

  it('says the mode, who is in, and how far it has come', () => {
    const mesh = heard(...gate.slice(0, 3));
    expect(mesh.box(GATED)).toMatch(/T-20261121-005 circling[^]*node-a \(worker\)[^]*recruiting, 1 of 3 nodes/);
    const active = heard(...gate.slice(0, gate.findIndex(({ data }) => JSON.stringify(data).includes('"current_step":2')) + 1));
    expect(active.box(GATED)).toContain('sub-round 1 of 1, step 2');
  });

  it('waits at a gate with its reason, until the gate is opened', () => {
    const mesh = heard(...upTo(gate, 'circling_gate'));
    expect(mesh.box(GATED)).toContain('[WAITING] gate');
    expect(mesh.box(GATED)).toContain('node-c2 blocks: reentrancy guard missing on withdraw function');
    for (const message of gate) mesh.hear(message);
    expect(mesh.box(GATED)).toContain('[DONE]');
  });

  it('complete but still active waits for a person; sent back, it goes on', () => {
    const mesh = heard(...upTo(blocked, 'circling_gate'));
    expect(mesh.box(BLOCKED)).toContain('[WAITING] gate');
    for (const message of blocked) mesh.hear(message);
    expect(mesh.box(BLOCKED)).toMatch(/\[ACTIVE\][^]*sub-round 2 of 3, step 1/);
  });

  it('a gate shows in the record alone, when nothing goes on any more', () => {
    const last = upTo(gate, 'circling_gate').at(-1);
    const mesh = new HeardMesh(Date.parse(last?.at ?? ''));
    mesh.inbox.written('collab', GATED.slice(17), JSON.stringify(last?.data['session']));
    expect(mesh.box(GATED)).toContain('[ACTIVE]');
    mesh.clock.pass(6_000);
    mesh.book.tick();
    expect(mesh.box(GATED)).toContain('[WAITING] gate');
  });

  it('converged, degraded and aborted are said', () => {
    const session = (fields: Fields): RecordedMessage => ({
      at: iso(NOW),
      subject: 'mesh.events.collab.aborted',
      data: {
        session: { session_id: 'c', mode: 'pipeline', status: 'active', created_at: iso(NOW), nodes: [], ...fields },
        timestamp: iso(NOW),
      },
    });
    expect(heard(session({ status: 'converged' })).box('mesh:main:collab:c')).toContain('converged');
    const degraded = { passes: 3, current_pass: 2, degraded: [{ pass: 2, node_id: 'node-b', reason: 'node_dead' }] };
    expect(heard(session({ pipeline: degraded })).box('mesh:main:collab:c')).toMatch(/pass 2 of 3[^]*degraded: node-b node dead/);
    expect(
      heard(session({ status: 'aborted', completed_at: iso(NOW), result: { summary: 'quorum lost' } })).box('mesh:main:collab:c'),
    ).toMatch(/\[ABORTED\][^]*quorum lost/);
  });

  it('what one node is told, and what nodes write for each other, is never shown', () => {
    const mesh = heard(...recordedMessages());
    const said = JSON.stringify(mesh.events);
    for (const secret of ['Task Plan', 'Reviewer A Strategy', 'directed_input', 'SHARED INTELLIGENCE']) expect(said).not.toContain(secret);
  });
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

describe('N-20', () => {
  it('memory events are remarks in the life of their session, each once, and errors are counted', () => {
    const mesh = new HeardMesh(RECORDED_UNTIL);
    for (const message of [...linesOf('nats/memory-events.jsonl'), ...linesOf('nats/memory-events.jsonl')]) mesh.hear(message);
    const box = mesh.box('mesh:main:memory:0f1c2d3e-1111-4222-8333-444455556666');
    expect(box).toContain('[DONE] memory node-lead | 30m');
    expect(box).toMatch(
      /took in 4 messages, 12 in all[^]*found 2 entities, 1 decisions[^]*wrote `MEMORY.md`[^]*compacted 120 entries to 40[^]*error in extract: extraction timed out/,
    );
    expect(mesh.problems.counts).toEqual({ 'memory-LLM_TIMEOUT': 1 });
  });
});

describe('N-23', () => {
  const states = (mesh: HeardMesh) => mesh.nodes.all().map(({ node, state }) => `${node} ${state}`);

  it('a node works only while it says so: what is old, strange or unreadable is unknown', () => {
    const mesh = new HeardMesh(NOW);
    mesh.nodes.row('a', JSON.stringify({ nodeId: 'a', role: 'lead', reportedAt: iso(NOW) }));
    mesh.nodes.row('b', JSON.stringify({ nodeId: 'b', status: 'BROKEN', reportedAt: iso(NOW) }));
    mesh.nodes.row('c', JSON.stringify({ nodeId: 'c', status: 'OFF', reportedAt: iso(NOW) }));
    mesh.nodes.row('d', JSON.stringify({ nodeId: 'd', status: 'splendid', reportedAt: iso(NOW) }));
    mesh.nodes.row('e', 'no json');
    mesh.nodes.row('f', JSON.stringify({ nodeId: 'f', status: 7 }));
    expect(states(mesh)).toEqual(['a WORKING', 'b BROKEN', 'c OFF', 'd UNKNOWN', 'e UNKNOWN', 'f UNKNOWN']);
    mesh.clock.pass(2 * MINUTE_MS);
    expect(states(mesh)).toEqual(['a UNKNOWN', 'b UNKNOWN', 'c OFF', 'd UNKNOWN', 'e UNKNOWN', 'f UNKNOWN']);
  });

  it('an alert has a box until the node is well again', () => {
    const mesh = new HeardMesh(NOW);
    const alert = (status: string, ok: boolean) => ({
      subject: 'mesh.health.alerts',
      data: { status, node_id: 'node-b', timestamp: iso(mesh.clock.now()), components: { nats: { ok: true }, sqlite: { ok } } },
    });
    mesh.hear(alert('degraded', false));
    expect(mesh.boxes()).toMatch(/mesh:node:node-b\n\[ACTIVE\] node-b health[^]*\[CRITICAL\] BROKEN: sqlite/);
    expect(states(mesh)).toEqual(['node-b BROKEN']);
    mesh.clock.pass(MINUTE_MS);
    mesh.hear(alert('healthy', true));
    expect(mesh.boxes()).toContain('[DONE] node-b health');
    expect(states(mesh)).toEqual(['node-b WORKING']);
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
