// Whatever arrives, nothing throws, nothing grows without bound, and what is strange is counted by its name.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../../src/text/redact.ts';
import { HeardMesh } from './heard-mesh.ts';
import { NOW, iso, taskEvent, taskRecord } from './mesh-messages.ts';
import { recordedMessages, RECORDED_UNTIL } from './recorded-mesh.ts';

const SUBJECTS = [
  'mesh.events.completed',
  'mesh.events.plan.aborted',
  'mesh.events.collab.circling_gate',
  'mesh.agent.a.stall',
  'mesh.health.alerts',
  'local.x.events.y.z',
  'mesh.events.',
  'mesh.agent.',
];

describe('what is no message of a mesh', () => {
  it('is counted by what is wrong with it', () => {
    const mesh = new HeardMesh(NOW);
    for (const body of ['', 'no json', '[1]', '"text"', '{}', '{"task":null}', '{"task":{"task_id":7}}', 'x'.repeat(10_000_000)])
      mesh.inbox.message('mesh.events.started', body);
    expect(mesh.problems.counts).toEqual({ 'not-json': 2, 'no-record': 5, 'too-large': 1 });
    expect(mesh.events).toEqual([]);
  });

  it('of an unknown type or state is counted by its name, and what is known of it is shown', () => {
    const mesh = new HeardMesh(NOW);
    mesh.hear(taskEvent('teleported'));
    mesh.hear(taskEvent('started', { task_id: 'T-2', status: 'paused' }));
    mesh.hear({ subject: 'mesh.agent.node-a.sneezed', data: {} });
    mesh.hear({ subject: 'mesh.weather', data: {} });
    expect(mesh.unknown.counts).toEqual({ 'events.teleported': 1, 'task.paused': 1, 'agent.sneezed': 1, 'mesh.weather': 1 });
    expect(mesh.boxes()).toContain('state paused');
  });

  it('throws nowhere, whatever JSON it is', () => {
    const json = fc.jsonValue({ maxDepth: 4 });
    const record = fc.record({
      task: json,
      plan: json,
      session: json,
      task_id: json,
      timestamp: json,
      data: json,
      event_type: json,
      entity_id: json,
    });
    fc.assert(
      fc.property(fc.constantFrom(...SUBJECTS), fc.oneof(json, record), (subject, value) => {
        const mesh = new HeardMesh(NOW);
        mesh.inbox.message(subject, JSON.stringify(value));
        mesh.inbox.written('task', 'key', JSON.stringify(value));
        mesh.book.tick();
        expect(mesh.boxes()).toBeTypeOf('string');
      }),
      { numRuns: 300 },
    );
  });

  it('throws nowhere when one field of a recorded record is something else', () => {
    const messages = recordedMessages();
    const odd = [null, -1, 1e300, '', 'x'.repeat(300), [], {}, [null], true, '__proto__', '9999-99-99', '-271821-04-20T00:00:00Z'];
    fc.assert(
      fc.property(fc.nat(messages.length - 1), fc.nat(60), fc.constantFrom(...odd), (index, field, value) => {
        const message = messages[index];
        if (message === undefined) return;
        const changed = structuredClone(message.data);
        const record = (changed['task'] ?? changed['plan'] ?? changed['session'] ?? changed) as Record<string, unknown>;
        const names = Object.keys(record);
        record[names[field % names.length] ?? ''] = value;
        const mesh = new HeardMesh(RECORDED_UNTIL);
        mesh.hear({ ...message, data: changed });
        mesh.book.tick();
        expect(mesh.boxes()).toBeTypeOf('string');
        for (const event of mesh.events) expect(event.at, event.type).toBeGreaterThan(Date.UTC(2020, 0));
      }),
      { numRuns: 500 },
    );
  });
});

describe('numbers that cannot be', () => {
  it('are the most or the least that somebody could have, and never words of a programmer', () => {
    const session = {
      session_id: 'c',
      mode: 'circling',
      status: 'active',
      created_at: iso(NOW),
      current_round: 1e300,
      max_rounds: -7,
      max_nodes: 1e300,
      nodes: [{ node_id: 'a' }],
      rounds: [{ reflections: [{ node_id: 'a', vote: 'ok', confidence: 1e300 }] }],
      circling: { phase: 'circling', current_subround: 1 / 3, max_subrounds: 1e21, current_step: -1, usage_total: { cost_usd: 1e300 } },
    };
    const mesh = new HeardMesh(NOW);
    mesh.hear(taskEvent('started', { budget_minutes: 1e300 }));
    mesh.hear({ subject: 'mesh.agent.n.budget_exceeded', data: { task_id: 'T-1', elapsed_minutes: 1e300, budget_minutes: -1 } });
    const cost = { inputTokens: 1e300, outputTokens: -1e18, estimatedCostUsd: 1e300 };
    mesh.hear(taskEvent('completed', { task_id: 'T-2', status: 'completed', completed_at: iso(NOW), result: { summary: 'x', cost } }));
    mesh.hear({ subject: 'mesh.events.collab.joined', data: { session, timestamp: iso(NOW) } });
    expect(mesh.boxes()).toContain('1,000,000,000 min');
    expect(mesh.boxes()).not.toMatch(/\de\W?\d|Infinity|NaN|undefined|[^A-Z]-\d|\.\d{7}/);
  });
});

describe('texts of the mesh', () => {
  const SECRET = 'ghp_16C7e42F292c6912E7710c838347Ae178B4a';

  it('are redacted wherever they come from, and the record is never handed on', () => {
    const redact = createRedactor([]);
    const mesh = new HeardMesh(RECORDED_UNTIL, {
      redact,
      visibility: () => ({ isRouted: true, commands: true, texts: true, prompts: true }),
    });
    for (const { subject, data } of recordedMessages()) {
      const text = JSON.stringify(data, (name, value: unknown) =>
        typeof value === 'string' &&
        /title|summary|reason|approach|result|message|role|owner|planner|approved_by|description|directed_input|vote/.test(name)
          ? `${value} ${SECRET}`
          : value,
      );
      mesh.inbox.message(subject, text);
    }
    expect(mesh.events.length).toBeGreaterThan(200);
    expect(JSON.stringify(mesh.events)).not.toContain(SECRET);
    expect(JSON.stringify(mesh.events)).not.toContain('description');
  });

  it('that an agent wrote are shown only where the route says so', () => {
    const completed = taskEvent('completed', { status: 'completed', completed_at: iso(NOW), result: { summary: 'I moved the gate' } });
    const box = (texts: boolean): string => {
      const mesh = new HeardMesh(NOW, { visibility: () => ({ isRouted: true, commands: false, texts, prompts: false }) });
      mesh.hear(completed);
      return mesh.boxes();
    };
    expect(box(true)).toContain('I moved the gate');
    expect(box(false)).not.toContain('I moved the gate');
  });
});

it('a thousand tasks with a hundred events a second are shown in a small part of that time', () => {
  const mesh = new HeardMesh(NOW);
  const body = (index: number, beat: number): string =>
    JSON.stringify({ task: taskRecord({ task_id: `T-${index}`, last_activity: iso(NOW + beat) }), timestamp: iso(NOW + beat) });
  for (let index = 0; index < 1_000; index += 1) mesh.inbox.message('mesh.events.started', body(index, 0));
  const startedAt = performance.now();
  for (let beat = 1; beat <= 1_000; beat += 1) mesh.inbox.message('mesh.events.heartbeat', body(beat % 1_000, beat));
  mesh.book.tick();
  expect(performance.now() - startedAt).toBeLessThan(5_000); // ten seconds of events
  expect(mesh.fold.sessionsByKey.size).toBe(1_000);
});
