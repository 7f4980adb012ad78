import { setTimeout as sleep } from 'node:timers/promises';
import { appendFileSync, readFileSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../../../src/process/system-clock.ts';
import { createTranscriptSource } from '../../../../../src/sources/openclaw/transcripts/transcripts-source.ts';
import { GatewayWriter, header, line, turn } from './gateway-writer.ts';
import { watch } from './running-transcripts.ts';
import { tempFolderInMemory } from '../../../../support/temp-folder.ts';
import { eventually } from '../../../../support/until.ts';

vi.setConfig({ testTimeout: 240_000 }); // real files, real time, and a machine that may be busy

const KEY = 'agent:main:main';
const HOUR_MS = 3_600_000;

function agentsRoot(): { root: string; gateway: GatewayWriter } {
  const root = join(tempFolderInMemory(), 'agents');
  return { root, gateway: new GatewayWriter(join(root, 'main', 'sessions')) };
}

/** Makes a file look as if nothing had happened to it for an hour. */
function age(path: string): void {
  utimesSync(path, new Date(Date.now() - HOUR_MS), new Date(Date.now() - HOUR_MS));
}

describe('transcripts that are already there', () => {
  it('recent ones give their last turn, old ones nothing', async () => {
    const { root, gateway } = agentsRoot();
    gateway.index(KEY, { sessionId: 's1' });
    gateway.index('agent:main:old', { sessionId: 's2', updatedAt: Date.now() - HOUR_MS });
    gateway.append('s1', header('s1'), turn('1', Date.now() - 90_000), turn('2', Date.now() - 60_000));
    gateway.append('s2', turn('old', Date.now() - HOUR_MS));
    age(gateway.path('s2'));
    const { said, source } = await watch(root);
    expect(said()).toEqual(['main:main: turn_started', 'main:main: answer-2']);
    expect(source.details()).toMatchObject({ files: 2, active: 1 });
  });

  it('an old one that goes on with a new turn gives that turn alone', async () => {
    const { root, gateway } = agentsRoot();
    gateway.index(KEY, { sessionId: 's1', updatedAt: Date.now() - HOUR_MS });
    gateway.append('s1', header('s1'), turn('1', Date.now() - HOUR_MS));
    age(gateway.path('s1'));
    const { said } = await watch(root);
    gateway.append('s1', turn('2'));
    await eventually(() => expect(said()).toEqual(['main:main: turn_started', 'main:main: answer-2']));
  });

  it('an old one that goes on with its old turn gives that turn from its beginning', async () => {
    const { root, gateway } = agentsRoot();
    const longAgo = Date.now() - HOUR_MS;
    gateway.index(KEY, { sessionId: 's1', updatedAt: longAgo });
    gateway.append(
      's1',
      turn('1', longAgo),
      line('user', 'ask-2', { at: longAgo }),
      line('assistant', 'call', { at: longAgo, stopReason: 'toolUse' }),
    );
    age(gateway.path('s1'));
    const { said } = await watch(root);
    gateway.append('s1', line('assistant', 'at last'));
    await eventually(() => expect(said()).toEqual(['main:main: turn_started', 'main:main: call', 'main:main: at last']));
  });

  it('an old one whose row says that it runs gives its open turn, and then the sign of life', async () => {
    const { root, gateway } = agentsRoot();
    const before = Date.now() - HOUR_MS;
    gateway.append(
      's1',
      turn('1', before),
      line('user', 'ask-2', { at: before }),
      line('assistant', 'building', { at: before, stopReason: 'toolUse' }),
    );
    gateway.append('s2', turn('3', before));
    for (const id of ['s1', 's2']) age(gateway.path(id));
    gateway.index(KEY, { sessionId: 's1', status: 'running', startedAt: before });
    gateway.index('agent:main:ended', { sessionId: 's2', status: 'running', startedAt: Date.now() });
    const { said } = await watch(root);
    expect(said().filter((entry) => entry.startsWith('main:main'))).toEqual([
      'main:main: turn_started',
      'main:main: building',
      'main:main: busy_seen',
    ]);
    expect(said().filter((entry) => entry.startsWith('main:ended'))).toEqual(['main:ended: busy_seen']);
  });

  it('the old turn of a session whose sub-agent is at work is given, too', async () => {
    const { root, gateway } = agentsRoot();
    const before = Date.now() - HOUR_MS;
    gateway.index(KEY, { sessionId: 's1', updatedAt: before });
    gateway.index('agent:main:subagent:u1', { sessionId: 's2', spawnedBy: KEY });
    gateway.append('s1', turn('1', before), turn('2', before));
    gateway.append('s2', turn('child'));
    age(gateway.path('s1'));
    const { said } = await watch(root);
    await eventually(() =>
      expect(said().filter((entry) => entry.startsWith('main:main'))).toEqual(['main:main: turn_started', 'main:main: answer-2']),
    );
  });

  it('ten thousand old ones cost a look at each, not a read, and the one in use among them is told', { timeout: 120_000 }, async () => {
    const { root, gateway } = agentsRoot();
    const old = new Date(Date.now() - HOUR_MS);
    for (let number = 0; number < 10_000; number += 1) {
      writeFileSync(gateway.path(`past${number}`), 'x');
      utimesSync(gateway.path(`past${number}`), old, old);
    }
    gateway.index(KEY, { sessionId: 's1' });
    gateway.append('s1', turn('1'));
    const { said, source } = await watch(root);
    expect(said()).toEqual(['main:main: turn_started', 'main:main: answer-1']);
    expect(source.details()).toMatchObject({ files: 10_001, active: 1, unknownKinds: {} });
    gateway.append('s1', turn('2'));
    await eventually(() => expect(said().at(-1)).toBe('main:main: answer-2'));
  });
});

describe('a big transcript', () => {
  it('is read from its last 16 MiB on, the turn at its end in full', async () => {
    const { root, gateway } = agentsRoot();
    gateway.index(KEY, { sessionId: 's1' });
    const filler = line('assistant', 'x'.repeat(100_000), { id: 'filler' });
    writeFileSync(gateway.path('s1'), header('s1') + turn('0'));
    for (let number = 0; number < 200; number += 1) appendFileSync(gateway.path('s1'), filler.replace('"filler"', `"filler${number}"`));
    gateway.append('s1', line('user', 'ask-1'), line('assistant', 'answer-1'));
    const { said, source } = await watch(root);
    expect(said()).toEqual(['main:main: turn_started', 'main:main: answer-1']);
    expect(source.details().unknownKinds).toEqual({});
  });
});

describe('after a restart', () => {
  it('only what is new is told, wherever it is now', async () => {
    const { root, gateway } = agentsRoot();
    gateway.index(KEY, { sessionId: 's1' });
    gateway.index('agent:main:reset', { sessionId: 's2' });
    gateway.index('agent:main:gone', { sessionId: 's3' });
    gateway.index('agent:main:same', { sessionId: 's4' });
    const first = await watch(root);
    for (const id of ['s1', 's2', 's3', 's4']) gateway.append(id, header(id), turn(`${id}-1`));
    await eventually(() => expect(first.said()).toHaveLength(8));
    await first.source.stop();
    const checkpoints = new Map<string, unknown>(JSON.parse(JSON.stringify([...first.checkpoints])));
    gateway.append('s1', line('assistant', 'more'));
    gateway.append('s2', line('assistant', 'last words'));
    gateway.archive('s2', 'reset');
    rmSync(gateway.path('s3'));
    const second = await watch(root, { checkpoints });
    await eventually(() =>
      expect(second.said().sort()).toEqual([
        'main:gone: source_lost',
        'main:main: more',
        'main:reset: last words',
        'main:reset: source_lost',
      ]),
    );
    expect(second.source.details().active).toBe(1);
  });

  it('a transcript rewritten meanwhile tells what is new in it', async () => {
    const { root, gateway } = agentsRoot();
    gateway.index(KEY, { sessionId: 's1' });
    const first = await watch(root);
    gateway.append('s1', header('s1'), turn('1'), turn('2'));
    await eventually(() => expect(first.said()).toHaveLength(4));
    await first.source.stop();
    const kept = readFileSync(gateway.path('s1'), 'utf8').split('\n').slice(3).join('\n');
    writeFileSync(`${gateway.path('s1')}.tmp`, kept + turn('3'));
    renameSync(`${gateway.path('s1')}.tmp`, gateway.path('s1'));
    const second = await watch(root, { checkpoints: first.checkpoints });
    await eventually(() =>
      expect(second.said().filter((entry) => !entry.endsWith('compacted'))).toEqual(['main:main: turn_started', 'main:main: answer-3']),
    );
  });

  it('what is no checkpoint is ignored, and a checkpoint of a folder that is gone ends its session', async () => {
    const { root, gateway } = agentsRoot();
    gateway.index(KEY, { sessionId: 's1' });
    const first = await watch(root);
    gateway.append('s1', turn('1'));
    await eventually(() => expect(first.said()).toHaveLength(2));
    await first.source.stop();
    const [checkpoint] = first.checkpoints.values();
    const checkpoints = new Map<string, unknown>([
      [gateway.path('s1'), { offset: 'odd' }],
      [join(root, 'fired', 'sessions', 's9.jsonl'), { ...checkpoint, sessionKey: 'agent:fired:main' }],
    ]);
    const second = await watch(root, { checkpoints });
    await eventually(() =>
      expect(second.said().sort()).toEqual(['fired:main: source_lost', 'main:main: answer-1', 'main:main: turn_started']),
    );
  });

  it('the checkpoint is told after the events before its offset, and never ahead of them', async () => {
    const { root, gateway } = agentsRoot();
    gateway.index(KEY, { sessionId: 's1' });
    const order: string[] = [];
    await watch(root, {
      emit: (event) => order.push(event.type),
      onProgress: (_path, checkpoint) => order.push(`at ${checkpoint?.offset} of ${checkpoint?.sessionKey}`),
    });
    const [one, two] = [line('user', 'ask-1'), line('assistant', 'answer-1')];
    gateway.append('s1', one);
    await eventually(() => expect(order).toHaveLength(3));
    gateway.append('s1', two, '{"half');
    await eventually(() => expect(order).toHaveLength(5));
    expect(order).toEqual([
      'session_seen',
      'turn_started',
      `at ${one.length} of ${KEY}`,
      'message',
      `at ${one.length + two.length} of ${KEY}`,
    ]);
  });
});

describe('a stop', () => {
  it('in the middle of the start ends it', async () => {
    const { root, gateway } = agentsRoot();
    gateway.append('s1', turn('1'));
    const source = createTranscriptSource({
      dir: root,
      polling: false,
      clock: systemClock,
      redact: (text) => text,
      emit: () => undefined,
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    });
    const started = source.start();
    await Promise.resolve();
    await source.stop();
    await expect(started).resolves.toBeUndefined();
  });

  it('is final: nothing is told or stored after it', async () => {
    const { root, gateway } = agentsRoot();
    gateway.index(KEY, { sessionId: 's1' });
    const { source, events, checkpoints } = await watch(root);
    gateway.append('s1', turn('1'));
    await eventually(() => expect(checkpoints.size).toBe(1));
    truncateSync(gateway.path('s1'), 0);
    gateway.lock('s1');
    await sleep(50);
    await source.stop();
    const [emitted, stored] = [events.length, JSON.stringify([...checkpoints])];
    gateway.append('s1', turn('2'));
    await sleep(800);
    expect([events.length, JSON.stringify([...checkpoints])]).toEqual([emitted, stored]);
  });
});
