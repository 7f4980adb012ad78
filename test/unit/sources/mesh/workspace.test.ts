// A workspace of openclaw-node on this machine: real files, written as the project writes them.

import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Fold } from '../../../../src/core/fold.ts';
import type { SessionEvent } from '../../../../src/core/event.ts';
import { createMeshSource } from '../../../../src/sources/mesh/mesh-source.ts';
import { FakeClock } from '../../../support/clock.ts';
import { SILENT_PORTS } from '../../../support/silent-ports.ts';
import { tempFolder } from '../../../support/temp-folder.ts';
import { drawnBoxes } from './drawn-boxes.ts';
import { MESH_FIXTURES } from './recorded-mesh.ts';

const NOW = Date.parse('2026-11-21T01:57:00Z');

async function watch(folder: string, now = NOW) {
  const clock = new FakeClock(now);
  const fold = new Fold();
  const events: SessionEvent[] = [];
  const emit = (event: SessionEvent): void => {
    events.push(event);
    fold.apply({ ...event, ...(event.type === 'session_seen' ? { tellsLoss: true } : {}) });
  };
  const source = createMeshSource({ ...SILENT_PORTS, clock, emit, folder, random: () => 0 });
  onTestFinished(() => source.stop());
  await source.start();
  return { source, events, look: () => clock.advance(2_000), boxes: () => drawnBoxes(fold, clock.now()), clock };
}

function workspace(): string {
  const folder = join(tempFolder('workspace'), 'workspace');
  cpSync(join(MESH_FIXTURES, 'workspace'), folder, { recursive: true });
  rmSync(join(folder, '.tmp', 'agent-state.idle.json'));
  writeFileSync(join(folder, '.tmp', 'daemon-state.json'), JSON.stringify({ state: 'IDLE', sessionId: SESSION, pid: process.pid }));
  return folder;
}

const SESSION = '0f1c2d3e-1111-4222-8333-444455556666';
const NOTICES = readFileSync(join(MESH_FIXTURES, 'notifications-ledger.jsonl'), 'utf8');
const WATCHER = readFileSync(join(MESH_FIXTURES, 'watcher.jsonl'), 'utf8');

it('N-4 health says when the memory daemon does not run, and the life of its session is a remark', async () => {
  const folder = workspace();
  const { source, look } = await watch(folder);
  expect(source.health()).toMatchObject({ condition: { state: 'readable' }, wasRead: true });
  writeFileSync(join(folder, '.tmp', 'daemon-state.json'), JSON.stringify({ state: 'IDLE', sessionId: SESSION, pid: 4_194_303 }));
  await look();
  expect(source.health().condition).toEqual({
    state: 'impaired',
    because: 'the memory daemon of openclaw-node (process 4194303) does not run; start it again',
  });
});

it('N-20 what the watcher of the memory wrote are remarks of its session, with the alert', async () => {
  const folder = workspace();
  writeFileSync(join(folder, 'watcher.jsonl'), WATCHER);
  const { boxes, source } = await watch(folder);
  expect(boxes()).toMatch(
    /mesh:memory:node-lead\n\[DONE\] memory node-lead[^]*took in 4 messages[^]*error in extract: extraction timed out[^]*alert: extraction failure/,
  );
  expect(boxes()).toContain('session active, works on Ship status page');
  expect(source.health().problems).toMatchObject({ 'memory-LLM_TIMEOUT': 1 });
});

it('N-29 a note of the end of a session is a remark of the session, with commits and changes', async () => {
  const folder = workspace();
  writeFileSync(join(folder, 'watcher.jsonl'), WATCHER);
  const { boxes } = await watch(folder);
  expect(boxes()).toContain('session ended: 2 commits in its last hour, 0 files uncommitted');
});

it('N-21 the trail of spawned agents is a remark of the session, and grows with it', async () => {
  const folder = workspace();
  writeFileSync(join(folder, 'watcher.jsonl'), WATCHER);
  const { boxes, look } = await watch(folder);
  expect(boxes()).toContain('sub-agents by its audit log: Explore 1');
  appendFileSync(
    join(folder, 'memory', 'agent-audit.log'),
    '2026-11-21T01:56:40Z agent_spawn type=Explore\n2026-11-21T01:56:41Z agent_spawn type=Plan\n',
  );
  await look();
  expect(boxes()).toContain('sub-agents by its audit log: Explore 2, Plan 1');
});

it('N-24 notices of kind block and error are boxes in the channel of their node, each once; others are none', async () => {
  const folder = workspace();
  mkdirSync(join(folder, 'notifications'));
  writeFileSync(join(folder, 'notifications', 'ledger.jsonl'), NOTICES);
  const { boxes, events, look } = await watch(folder);
  expect(boxes()).toBe('mesh:node:node-lead\n[ERROR] plan step block | node-lead is blocked | 0s\n◆ [CRITICAL] details\n');
  appendFileSync(
    join(folder, 'notifications', 'ledger.jsonl'),
    NOTICES + NOTICES.replaceAll('"block"', '"error"').replace(/"id":"46/, '"id":"47'),
  );
  await look();
  expect(boxes().match(/\[ERROR\]/g)).toHaveLength(2);
  expect(events.filter((event) => event.type === 'observed' && event.what === 'notification')).toMatchObject([
    { what: 'notification', facts: { kind: 'block' } },
    { facts: { kind: 'error' } },
  ]);
});

it('N-24 notices from before the start are history', async () => {
  const folder = workspace();
  mkdirSync(join(folder, 'notifications'));
  writeFileSync(join(folder, 'notifications', 'ledger.jsonl'), NOTICES);
  const { boxes } = await watch(folder, NOW + 24 * 3_600_000);
  expect(boxes().trim()).toBe('');
});

it('a file that is half written, rewritten or gone changes nothing of what was known, and ends nothing', async () => {
  const folder = workspace();
  writeFileSync(join(folder, 'watcher.jsonl'), WATCHER);
  const { source, boxes, look } = await watch(folder);
  const before = boxes();
  writeFileSync(join(folder, '.tmp', 'daemon-state.json'), '{"state": "ID');
  writeFileSync(join(folder, 'memory', 'active-tasks.md'), '\0'.repeat(100));
  writeFileSync(join(folder, '.daemon-state-node-lead.md'), 'no status');
  rmSync(join(folder, 'watcher.jsonl'));
  await look();
  expect(boxes()).toBe(before);
  rmSync(folder, { recursive: true });
  await look();
  expect(boxes()).toBe(before);
  expect(source.health().condition).toMatchObject({ state: 'impaired', because: expect.stringContaining('correct OPENCLAW_NODE_DIR') });
});
