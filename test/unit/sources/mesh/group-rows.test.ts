// What the rows about plans, collaborations, memory and nodes of the mesh promise, shown one by one.

import { describe, expect, it } from 'vitest';
import { HeardMesh } from './heard-mesh.ts';
import { MINUTE_MS, NOW, heard, iso, ofType, taskEvent, taskRecord, type Fields } from './mesh-messages.ts';
import { linesOf, recordedMessages, RECORDED_UNTIL, type RecordedMessage } from './recorded-mesh.ts';

describe('N-10', () => {
  const plans = recordedMessages().filter(({ data }) => JSON.stringify(data).includes('PLAN-T-20261121-030'));
  const PLAN = 'mesh:main:plan:PLAN-T-20261121-030-1795225778121';

  it('a plan that nobody has approved waits for that', () => {
    const mesh = heard(...plans.filter(({ subject }) => subject === 'mesh.events.plan.created'));
    expect(mesh.box(PLAN)).toContain('[WAITING] approval');
    expect(ofType(mesh, 'waiting_started')[0]?.copy?.[0]).toContain('mesh.plans.approve');
  });

  it.each(['a b', "it's", 'x'.repeat(201)])('no line is given to copy where the id is none for a line: %s', (id) => {
    const plan = { plan_id: id, status: 'review', requires_approval: true, created_at: iso(NOW), subtasks: [] };
    const session = {
      session_id: id,
      mode: 'circling',
      status: 'active',
      created_at: iso(NOW),
      nodes: [],
      circling: { phase: 'complete' },
    };
    const mesh = heard(
      { at: iso(NOW), subject: 'mesh.events.plan.created', data: { plan, timestamp: iso(NOW) } },
      { at: iso(NOW), subject: 'mesh.events.collab.circling_gate', data: { session, timestamp: iso(NOW) } },
      taskEvent('pending_review', { task_id: id, status: 'pending_review' }),
    );
    const waits = ofType(mesh, 'waiting_started');
    expect(waits.map(({ on, copy }) => [on, copy]).toSorted()).toEqual([
      ['approval', []],
      ['gate', []],
      ['review', []],
    ]);
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

  it('a plan whose record cannot be read has the box that its tasks make, until it is read', () => {
    const mesh = heard(...plans.filter(({ subject }) => !subject.includes('.plan.')).slice(0, 4));
    expect(mesh.boxes().trim()).toBe('');
    mesh.clock.pass(10_000);
    mesh.book.tick();
    expect(mesh.box(PLAN)).toMatch(/\[ACTIVE\] plan PLAN-T-[^]*Part: Design \(node-e\)/);
    for (const message of plans) mesh.hear(message);
    mesh.book.tick();
    expect(mesh.box(PLAN)).toMatch(/\[ABORTED\] plan team-feature status page[^]*Code Review blocked/);
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

  it('of what members wrote only the reason of who blocks is shown under any rule', () => {
    const node = (name: string) => ({ node_id: name, joined_at: iso(NOW) });
    const said = (name: string, vote: string) => ({ node_id: name, vote, summary: `${name} wrote this`, submitted_at: iso(NOW) });
    const session = {
      session_id: 'c',
      mode: 'circling_strategy',
      status: 'active',
      created_at: iso(NOW),
      current_round: 1,
      nodes: [node('node-a'), node('node-b')],
      rounds: [{ reflections: [said('node-a', 'converged'), said('node-b', 'blocked')] }],
      circling: { phase: 'complete', directed_input: 'do this next' },
    };
    const mesh = heard({ at: iso(NOW), subject: 'mesh.events.collab.circling_gate', data: { session, timestamp: iso(NOW) } });
    expect(mesh.box('mesh:main:collab:c')).toContain('gate: node-b blocks: node-b wrote this');
    expect(JSON.stringify(mesh.events)).not.toMatch(/node-a wrote this|do this next/);
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
