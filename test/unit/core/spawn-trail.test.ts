// N-21: the trail of spawned sub-agents that a workspace keeps is compared with the sub-agents that sources show.

import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { EventPath } from '../../../src/app/event-path.ts';
import type { SessionEvent } from '../../../src/core/event.ts';
import { Fold } from '../../../src/core/fold.ts';
import { createMeshSource } from '../../../src/sources/mesh/mesh-source.ts';
import { FakeClock } from '../../support/clock.ts';
import { SILENT_PORTS } from '../../support/silent-ports.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { until } from '../../support/until.ts';

const NOW = Date.parse('2026-11-21T01:57:00Z');
const MEMORY = '0f1c2d3e-1111-4222-8333-444455556666';
const MAIN = 'claude-code:main';
const LOOK_MS = 1_000;
const nothing = (): void => undefined;

/** A workspace with its log on disk, the real mesh source, and a session of Claude Code that spawns. */
async function watched() {
  const folder = join(tempFolder('trail'), 'workspace');
  for (const name of ['.tmp', 'memory']) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, '.tmp', 'daemon-state.json'), JSON.stringify({ state: 'IDLE', sessionId: MEMORY, pid: process.pid }));
  const line = {
    ts: new Date(NOW).toISOString(),
    op: 'memory.session_started',
    session: MEMORY,
    actor: 'daemon-node-lead',
    event_id: 'e1',
  };
  writeFileSync(join(folder, 'watcher.jsonl'), `${JSON.stringify(line)}\n`);
  writeFileSync(join(folder, 'memory', 'agent-audit.log'), '2026-11-20T01:00:00Z agent_spawn type=Explore\n');
  const clock = new FakeClock(NOW);
  const fold = new Fold();
  const board = { apply: nothing, tick: nothing, shiftClock: nothing, interrupt: nothing };
  const path = new EventPath({ clock, fold, tickAt: nothing, board: () => board });
  const emit = (event: SessionEvent): void => path.apply(event);
  const source = createMeshSource({ ...SILENT_PORTS, clock, emit, folder, random: () => 0, lookMs: LOOK_MS });
  onTestFinished(() => source.stop());
  await source.start();
  const noteOf = (id: string): string | undefined =>
    fold
      .sessionOf(`mesh:main:memory:${MEMORY}`)
      .turns.at(-1)
      ?.notes?.find(({ noteId }) => noteId === id)?.text;
  const tell = (event: object): void => path.apply({ sessionKey: MAIN, source: 'claude-code', at: clock.now(), ...event } as SessionEvent);
  return {
    begins: (at = folder) => {
      tell({ type: 'session_seen', agentId: 'claude-code', address: `claude-code:${at}` });
      tell({ type: 'turn_started', trigger: { kind: 'operator' }, messageId: 'asked' });
    },
    spawns: (name: string, at = clock.now()) => tell({ type: 'child_spawned', at, callId: `call ${name}`, childKey: `${MAIN}/${name}` }),
    /** Also waits until it was read. Says when it was logged. */
    async logs(type: string): Promise<number> {
      const [at, before] = [clock.now(), noteOf('spawned')];
      appendFileSync(join(folder, 'memory', 'agent-audit.log'), `${new Date(at).toISOString()} agent_spawn type=${type}\n`);
      await until('the line was read', async () => {
        await clock.advance(LOOK_MS);
        return noteOf('spawned') !== before;
      });
      return at;
    },
    async pass(seconds: number) {
      for (let passed = 0; passed < seconds; passed += 2) {
        await clock.advance(2_000);
        path.tick();
      }
    },
    remark: () => noteOf('spawn-trail'),
  };
}

it('N-21 a spawn that both the log and a source have is no remark, whichever came first', async () => {
  const { begins, spawns, logs, pass, remark } = await watched();
  begins();
  spawns('one');
  await logs('Explore');
  const planAt = await logs('Plan');
  spawns('two', planAt + 8_000);
  spawns('two', planAt + 8_000);
  await pass(300);
  expect(remark()).toBeUndefined();
});

it('N-21 a spawn of the log that no source shows is a remark, and so is a sub-agent that is not in the log; both are counted', async () => {
  const { begins, spawns, logs, pass, remark } = await watched();
  begins();
  const loggedAt = await logs('Explore');
  spawns('other', loggedAt + 60_000);
  expect(remark()).toBeUndefined();
  await pass(200);
  expect(remark()).toBe('1 sub-agent of its audit log shown by no source, 1 sub-agent not in its audit log');
  await logs('Plan');
  await pass(130);
  expect(remark()).toBe('2 sub-agents of its audit log shown by no source, 1 sub-agent not in its audit log');
});

it('N-21 a sub-agent of another folder is not missed in the log, and one that the log has nevertheless is no remark', async () => {
  const { begins, spawns, logs, pass, remark } = await watched();
  begins('/home/others/shop');
  spawns('one');
  const loggedAt = await logs('Explore');
  spawns('two', loggedAt + 60_000);
  await pass(300);
  expect(remark()).toBeUndefined();
});

it('N-21 where no session of its folder is watched, its log is not judged', async () => {
  const { logs, pass, remark } = await watched();
  await logs('Explore');
  await pass(300);
  expect(remark()).toBeUndefined();
});
