import { setTimeout as sleep } from 'node:timers/promises';
import { appendFileSync, readFileSync, renameSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { GatewayWriter, header, line, turn } from './gateway-writer.ts';
import { watch } from './running-transcripts.ts';
import { tempFolderInMemory } from '../../../../support/temp-folder.ts';
import { eventually } from '../../../../support/until.ts';

vi.setConfig({ testTimeout: 240_000 }); // real files, real time, and a machine that may be busy

const KEY = 'agent:main:main';

function agentsRoot(): { root: string; gateway: GatewayWriter } {
  const root = join(tempFolderInMemory(), 'agents');
  return { root, gateway: new GatewayWriter(join(root, 'main', 'sessions')) };
}

describe('a session', () => {
  it('is told with its facts, then line by line as it is written', async () => {
    const { root, gateway } = agentsRoot();
    const { said, seen, events } = await watch(root);
    gateway.index(KEY, {
      sessionId: 's1',
      label: 'hush label',
      model: 'm1',
      contextTokens: 200_000,
      totalTokens: 7,
      totalTokensFresh: true,
    });
    gateway.append('s1', header('s1'), line('user', 'ask'));
    gateway.append('s1', line('assistant', 'one', { stopReason: 'toolUse' }));
    await eventually(() => expect(said()).toEqual(['main:main: turn_started', 'main:main: one']));
    gateway.append('s1', line('assistant', 'two'));
    await eventually(() => expect(said().at(-1)).toBe('main:main: two'));
    expect(events[0]).toEqual({
      type: 'session_seen',
      at: expect.any(Number),
      source: 'transcripts',
      sessionKey: KEY,
      agentId: 'main',
      sessionId: 's1',
      label: '[masked] label',
      model: 'm1',
      contextTokens: 7,
      contextWindow: 200_000,
      route: { kind: 'elsewhere', audience: 'own' },
    });
    expect(seen(KEY)).toHaveLength(1);
  });

  it('whose facts change is told again', async () => {
    const { root, gateway } = agentsRoot();
    const { said, seen } = await watch(root);
    gateway.index(KEY, { sessionId: 's1' });
    gateway.append('s1', header('s1'), turn('1'));
    await eventually(() => expect(said()).toHaveLength(2));
    gateway.index(KEY, { sessionId: 's1', label: 'new' });
    await eventually(() => expect(seen(KEY).at(-1)).toMatchObject({ label: 'new' }));
  });

  it('that was spawned is told with its parent and where that one speaks', async () => {
    const { root, gateway } = agentsRoot();
    const thread = 'agent:main:mattermost:channel:c1:thread:p1';
    const { seen } = await watch(root);
    gateway.index(thread, { sessionId: 's1' });
    gateway.index('agent:main:subagent:u1', { sessionId: 's2', spawnedBy: thread, label: 'counter' });
    gateway.append('s2', header('s2'), turn('1'));
    await eventually(() =>
      expect(seen('agent:main:subagent:u1').at(-1)).toMatchObject({
        parentKey: thread,
        label: 'counter',
        route: { kind: 'channel', channelId: 'c1', rootId: 'p1' },
      }),
    );
  });

  it('no index names is told under a key of its own after two seconds, and as a whole under its name once there is one', async () => {
    const { root, gateway } = agentsRoot();
    const { said, logged, source } = await watch(root);
    gateway.append('s1', header('s1'), turn('1'));
    await eventually(() => expect(said()).toEqual(['main:unindexed:s1: turn_started', 'main:unindexed:s1: answer-1']));
    gateway.index(KEY, { sessionId: 's1' });
    await eventually(() => expect(source.details().problems.map(({ kind }) => kind)).toEqual(['index_missing']));
    await eventually(() => expect(logged).toContain(`A reading problem is over. ${join(gateway.folder, 'sessions.json')}`));
    await eventually(() => expect(said().slice(3)).toEqual(['main:main: turn_started', 'main:main: answer-1']));
    expect(said()[2]).toBe('main:unindexed:s1: source_lost');
    gateway.append('s1', turn('2'));
    await eventually(() => expect(said().slice(5)).toEqual(['main:main: turn_started', 'main:main: answer-2']));
  });
});

describe('what 2026.7.35 does after every turn', () => {
  it('rewriting the whole file in place, seen empty in the middle, tells nothing again', async () => {
    const { root, gateway } = agentsRoot();
    const { said } = await watch(root);
    gateway.index(KEY, { sessionId: 's1' });
    for (const name of ['1', '2', '3']) {
      gateway.append('s1', turn(name));
      await eventually(() => expect(said().at(-1)).toBe(`main:main: answer-${name}`));
      const content = readFileSync(gateway.path('s1'));
      truncateSync(gateway.path('s1'), 0);
      await sleep(80);
      appendFileSync(gateway.path('s1'), content.subarray(0, 100));
      await sleep(20);
      appendFileSync(gateway.path('s1'), content.subarray(100));
    }
    await sleep(400);
    expect(said()).toEqual(['1', '2', '3'].flatMap((name) => ['main:main: turn_started', `main:main: answer-${name}`]));
  });
});

describe('what 2026.2.26 does after a quiet heartbeat', () => {
  it('cutting it off the file in place is no compaction, and the next turn is told', async () => {
    const { root, gateway } = agentsRoot();
    const { said } = await watch(root);
    gateway.index(KEY, { sessionId: 's1' });
    gateway.append('s1', turn('1'));
    await eventually(() => expect(said()).toHaveLength(2));
    const { size } = statSync(gateway.path('s1'));
    gateway.append(
      's1',
      line('user', 'Read HEARTBEAT.md if it exists. If nothing needs attention, reply HEARTBEAT_OK.'),
      line('assistant', 'HEARTBEAT_OK', { id: 'beat' }),
    );
    await eventually(() => expect(said().length).toBeGreaterThan(2));
    truncateSync(gateway.path('s1'), size);
    await sleep(600);
    gateway.append('s1', turn('2'));
    await eventually(() => expect(said().at(-1)).toBe('main:main: answer-2'));
    expect(said()).not.toContain('main:main: compacted');
  });
});

describe('the end of a transcript', () => {
  it.each(['reset', 'deleted'] as const)('renamed to .%s.: its last lines are told, then that it is lost', async (reason) => {
    const { root, gateway } = agentsRoot();
    const { said, checkpoints } = await watch(root);
    gateway.index(KEY, { sessionId: 's1' });
    gateway.append('s1', turn('1'));
    await eventually(() => expect(said()).toHaveLength(2));
    gateway.append('s1', line('assistant', 'last words'));
    gateway.archive('s1', reason);
    await eventually(() => expect(said().slice(2)).toEqual(['main:main: last words', 'main:main: source_lost']));
    expect(checkpoints.size).toBe(0);
  });

  it('that was deleted is told as lost', async () => {
    const { root, gateway } = agentsRoot();
    const { said } = await watch(root);
    gateway.index(KEY, { sessionId: 's1' });
    gateway.append('s1', turn('1'));
    await eventually(() => expect(said()).toHaveLength(2));
    rmSync(gateway.path('s1'));
    await eventually(() => expect(said().at(-1)).toBe('main:main: source_lost'));
  });

  it('a file left behind by a reset does not end the turn of its successor', async () => {
    const { root, gateway } = agentsRoot();
    const { said } = await watch(root);
    gateway.index(KEY, { sessionId: 's1' });
    gateway.append('s1', turn('1'));
    await eventually(() => expect(said()).toHaveLength(2));
    gateway.index(KEY, { sessionId: 's2' });
    gateway.append('s2', line('user', 'ask-2'));
    await eventually(() => expect(said()).toHaveLength(3));
    gateway.archive('s1', 'reset');
    await sleep(600);
    expect(said().slice(2)).toEqual(['main:main: turn_started']);
  });

  it('a backup with a shorter successor under the old name is a compaction, and the session goes on', async () => {
    const { root, gateway } = agentsRoot();
    const { said } = await watch(root);
    gateway.index(KEY, { sessionId: 's1' });
    gateway.append('s1', header('s1'), turn('1'), turn('2'));
    await eventually(() => expect(said()).toHaveLength(4));
    const kept = readFileSync(gateway.path('s1'), 'utf8').split('\n').slice(3).join('\n');
    gateway.archive('s1', 'bak');
    gateway.append('s1', kept);
    await eventually(() => expect(said().at(-1)).toBe('main:main: compacted'));
    gateway.append('s1', turn('3'));
    await eventually(() => expect(said().slice(4)).toEqual(['main:main: compacted', 'main:main: turn_started', 'main:main: answer-3']));
  });
});

describe('a transcript', () => {
  it('is never written to: neither its inode nor its times change', async () => {
    const { root, gateway } = agentsRoot();
    gateway.index(KEY, { sessionId: 's1' });
    gateway.append('s1', turn('1'));
    const before = statSync(gateway.path('s1'), { bigint: true });
    const { said } = await watch(root);
    await eventually(() => expect(said()).toHaveLength(2));
    await sleep(300);
    const after = statSync(gateway.path('s1'), { bigint: true });
    expect([after.ino, after.mtimeNs, after.ctimeNs, after.nlink, after.mode]).toEqual([
      before.ino,
      before.mtimeNs,
      before.ctimeNs,
      before.nlink,
      before.mode,
    ]);
  });

  it('replaced by rename is read on', async () => {
    const { root, gateway } = agentsRoot();
    gateway.index(KEY, { sessionId: 's1' });
    const { said } = await watch(root);
    gateway.append('s1', turn('1'));
    await eventually(() => expect(said()).toHaveLength(2));
    const temp = join(gateway.folder, 's1.jsonl.compact.1.tmp');
    writeFileSync(temp, readFileSync(gateway.path('s1'), 'utf8') + turn('2'));
    renameSync(temp, gateway.path('s1'));
    await eventually(() => expect(said().slice(2)).toEqual(['main:main: turn_started', 'main:main: answer-2']));
  });

  it('with an old date that is moved in is left alone', async () => {
    const { root, gateway } = agentsRoot();
    gateway.index(KEY, { sessionId: 's1' });
    const { said, source } = await watch(root);
    const temp = join(tempFolderInMemory(), 'restored');
    writeFileSync(temp, turn('old', Date.now() - 3_600_000));
    utimesSync(temp, new Date(Date.now() - 3_600_000), new Date(Date.now() - 3_600_000));
    renameSync(temp, gateway.path('s1'));
    await eventually(() => expect(source.details().files).toBe(1));
    await sleep(200);
    expect(said()).toEqual([]);
  });
});
