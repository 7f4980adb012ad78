import { appendFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { GatewayWriter, line, turn } from './gateway-writer.ts';
import { watch } from './running-transcripts.ts';
import { tempFolderInMemory } from '../../../../support/temp-folder.ts';
import { eventually } from '../../../../support/until.ts';

vi.setConfig({ testTimeout: 240_000 }); // real files, real time, and a machine that may be busy

const KEY = 'agent:main:main';

function agentsRoot(): { root: string; gateway: GatewayWriter } {
  const root = join(tempFolderInMemory(), 'agents');
  return { root, gateway: new GatewayWriter(join(root, 'main', 'sessions')) };
}

describe('what is no transcript', () => {
  it('side files, links, pipes and folders are not read; each is named once and the others go on', async () => {
    const { root, gateway } = agentsRoot();
    const outside = tempFolderInMemory();
    writeFileSync(join(outside, 'secret.jsonl'), turn('stolen'));
    symlinkSync(join(outside, 'secret.jsonl'), gateway.path('link'));
    mkdirSync(gateway.path('folder'));
    writeFileSync(join(gateway.folder, 's1.trajectory.jsonl'), turn('trace'));
    writeFileSync(join(gateway.folder, 's1.jsonl.compact.1.tmp'), turn('temp'));
    gateway.index(KEY, { sessionId: 's1', sessionFile: join(outside, 'secret.jsonl') });
    const { said, logged, source } = await watch(root);
    symlinkSync(join(outside, 'secret.jsonl'), gateway.path('later'));
    gateway.append('s1', turn('1'));
    await eventually(() => expect(said()).toEqual(['main:main: turn_started', 'main:main: answer-1']));
    await eventually(() => expect(logged.filter((entry) => entry.includes('symbolic link'))).toHaveLength(2));
    expect(logged.filter((entry) => entry.includes('no regular file'))).toHaveLength(1);
    expect(source.details().problems).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'symlink', count: 2 }),
        expect.objectContaining({ kind: 'not_a_file', count: 1 }),
      ]),
    );
  });

  it('an agent’s sessions folder that is a link elsewhere is not looked at', async () => {
    const { root, gateway } = agentsRoot();
    const elsewhere = new GatewayWriter(join(tempFolderInMemory(), 'sessions'));
    elsewhere.append('s9', turn('stolen'));
    mkdirSync(join(root, 'evil'));
    symlinkSync(elsewhere.folder, join(root, 'evil', 'sessions'));
    gateway.index(KEY, { sessionId: 's1' });
    gateway.append('s1', turn('1'));
    const { said, source } = await watch(root);
    await eventually(() => expect(said()).toHaveLength(2));
    expect(source.details().files).toBe(1);
  });
});

describe('bad input', () => {
  it('is counted and named once, and the good lines around it are told', async () => {
    const { root, gateway } = agentsRoot();
    gateway.index(KEY, { sessionId: 's1' });
    const { said, source, logged } = await watch(root);
    gateway.append('s1', line('user', 'ask'), 'no json\n', '\0\0\0\0', line('assistant', 'one', { stopReason: 'toolUse' }));
    appendFileSync(gateway.path('s1'), Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x0a]));
    gateway.append('s1', `{"type":"message","id":"big","x":"${'x'.repeat(9 * 1024 * 1024)}"}\n`, line('assistant', 'two'));
    await eventually(() => expect(said()).toEqual(['main:main: turn_started', 'main:main: one', 'main:main: two']));
    const { problems, unknownKinds } = source.details();
    expect(problems.map(({ kind, count }) => [kind, count]).sort()).toEqual([
      ['long_line', 1],
      ['nul_block', 2],
    ]);
    expect(unknownKinds['invalid-json']).toBeGreaterThanOrEqual(2);
    expect(logged).toHaveLength(2);
  });

  it('an index that is broken leaves the last good one in force and is named once', async () => {
    const { root, gateway } = agentsRoot();
    gateway.index(KEY, { sessionId: 's1', label: 'kept' });
    const { said, seen, source, logged } = await watch(root);
    writeFileSync(join(gateway.folder, 'sessions.json'), '{"agent:main:main": {"sessionId": "s1", ');
    await eventually(() => expect(source.details().problems.map(({ kind }) => kind)).toEqual(['index_broken']));
    gateway.append('s1', turn('1'));
    await eventually(() => expect(said()).toHaveLength(2));
    expect(seen(KEY)[0]).toMatchObject({ label: 'kept' });
    expect(logged).toHaveLength(1);
    gateway.index(KEY, { sessionId: 's1', label: 'good again' });
    await eventually(() => expect(seen(KEY).at(-1)).toMatchObject({ label: 'good again' }));
  });

  it('an event that cannot be handed on does not stop the next one', async () => {
    const { root, gateway } = agentsRoot();
    gateway.index(KEY, { sessionId: 's1' });
    const given: string[] = [];
    const { source } = await watch(root, {
      emit: (event) => {
        given.push(event.type);
        if (event.type === 'turn_started') throw new Error('broken');
      },
    });
    gateway.append('s1', turn('1'));
    await eventually(() => expect(given).toEqual(['session_seen', 'turn_started', 'message']));
    expect(source.details().problems).toMatchObject([{ kind: 'emit_failed', count: 1 }]);
  });
});

describe('the directory', () => {
  it('that is missing is waited for, and picked up again after it was removed and made anew', async () => {
    const { root, gateway } = agentsRoot();
    rmSync(root, { recursive: true });
    const { said, source } = await watch(root);
    expect(source.details()).toMatchObject({ watching: 'waiting', readable: false });
    const again = new GatewayWriter(gateway.folder);
    again.index(KEY, { sessionId: 's1' });
    again.append('s1', turn('1'));
    await eventually(() => expect(said()).toEqual(['main:main: turn_started', 'main:main: answer-1']));
    expect(source.details()).toMatchObject({ watching: 'events', readable: true });
    rmSync(root, { recursive: true });
    await eventually(() => expect(source.details().watching).toBe('waiting'));
    const third = new GatewayWriter(gateway.folder);
    third.index(KEY, { sessionId: 's2' });
    third.append('s2', turn('2'));
    await eventually(() => expect(said().slice(-2)).toEqual(['main:main: turn_started', 'main:main: answer-2']));
  });

  it('may be one sessions folder', async () => {
    const gateway = new GatewayWriter(join(tempFolderInMemory(), 'agents', 'ada', 'sessions'));
    const { said } = await watch(gateway.folder);
    gateway.index('agent:ada:main', { sessionId: 's1' });
    gateway.append('s1', turn('1'));
    await eventually(() => expect(said()).toEqual(['ada:main: turn_started', 'ada:main: answer-1']));
  });

  it('may be reached through a link', async () => {
    const { root, gateway } = agentsRoot();
    const link = join(tempFolderInMemory(), 'link');
    symlinkSync(root, link);
    const { said } = await watch(link);
    gateway.index(KEY, { sessionId: 's1' });
    gateway.append('s1', turn('1'));
    await eventually(() => expect(said()).toHaveLength(2));
  });

  it('of thirty agents, one of them new, is watched in all its folders', async () => {
    const { root } = agentsRoot();
    const names = Array.from({ length: 30 }, (_, number) => `agent${number}`);
    const gateways = names.slice(1).map((name) => new GatewayWriter(join(root, name, 'sessions')));
    const { said } = await watch(root);
    gateways.unshift(new GatewayWriter(join(root, 'agent0', 'sessions')));
    for (const [number, gateway] of gateways.entries()) {
      gateway.index(`agent:agent${number}:main`, { sessionId: `s${number}` });
      gateway.append(`s${number}`, turn(`${number}`));
    }
    await eventually(() =>
      expect(said().sort()).toEqual(
        names.flatMap((name, number) => [`${name}:main: answer-${number}`, `${name}:main: turn_started`]).sort(),
      ),
    );
  });

  it('may have one index for all folders, wherever it lies', async () => {
    const { root, gateway } = agentsRoot();
    const sessionsJson = join(tempFolderInMemory(), 'store.json');
    writeFileSync(sessionsJson, JSON.stringify({ [KEY]: { sessionId: 's1', updatedAt: 1 } }));
    const { said } = await watch(root, { sessionsJson });
    gateway.append('s1', turn('1'));
    await eventually(() => expect(said()).toEqual(['main:main: turn_started', 'main:main: answer-1']));
  });
});
