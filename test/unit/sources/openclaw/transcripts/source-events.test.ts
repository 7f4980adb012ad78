import { setTimeout as sleep } from 'node:timers/promises';
import { EventEmitter } from 'node:events';
import { mkdirSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { FSWatcher } from 'chokidar';
import { describe, expect, it, vi } from 'vitest';
import type { FileEvents } from '../../../../../src/files/watch.ts';
import { GatewayWriter, header, line, turn } from './gateway-writer.ts';
import { watch } from './running-transcripts.ts';
import { tempFolderInMemory } from '../../../../support/temp-folder.ts';
import { eventually, until } from '../../../../support/until.ts';

vi.setConfig({ testTimeout: 240_000 }); // real files, real time, and a machine that may be busy

const KEY = 'agent:main:main';

function agentsRoot(): { root: string; gateway: GatewayWriter } {
  const root = join(tempFolderInMemory(), 'agents');
  return { root, gateway: new GatewayWriter(join(root, 'main', 'sessions')) };
}

/** File events that never come, as after an overflow; `code` is how the system refuses them. */
function deaf(code?: string): FileEvents {
  const refusal = () => Object.assign(new Error(code), { code });
  return {
    tree() {
      const watcher = new FSWatcher();
      setImmediate(() => {
        if (code !== undefined) watcher.emit('error', refusal());
        watcher.emit('ready');
      });
      return watcher;
    },
    folder: () => Object.assign(new EventEmitter(), { close: () => undefined }),
  };
}

/** Nothing is refused but the watch of a folder. */
function deafFolders(code: string): FileEvents {
  return {
    ...deaf(),
    folder() {
      throw Object.assign(new Error(code), { code });
    },
  };
}

async function goesOn(gateway: GatewayWriter, said: () => string[]): Promise<void> {
  gateway.index(KEY, { sessionId: 's1' });
  gateway.append('s1', turn('1'));
  await eventually(() => expect(said().at(-1)).toBe('main:main: answer-1'));
  gateway.append('s1', turn('2'));
  await eventually(() => expect(said().at(-1)).toBe('main:main: answer-2'));
  gateway.append('s1', line('assistant', 'last'));
  gateway.archive('s1', 'deleted');
  await eventually(() => expect(said().slice(-2)).toEqual(['main:main: last', 'main:main: source_lost']));
}

describe('without file events', () => {
  it('polling finds everything within seconds', async () => {
    const { root, gateway } = agentsRoot();
    const { said, source } = await watch(root, { polling: true });
    expect(source.details().watching).toBe('polling');
    await goesOn(gateway, said);
  });

  it.each([
    ['ENOSPC', 'for the tree', deaf('ENOSPC')],
    ['EMFILE', 'for the tree', deaf('EMFILE')],
    ['ENOSPC', 'for a folder', deafFolders('ENOSPC')],
  ])('a system that has no more watches (%s %s) is polled, and the log says so once', async (_code, _what, fileEvents) => {
    const { root, gateway } = agentsRoot();
    const { said, source, logged } = await watch(root, { fileEvents });
    await goesOn(gateway, said);
    expect(source.details().watching).toBe('polling');
    expect(source.details().problems).toMatchObject([{ kind: 'watch_limit', count: 1 }, { kind: 'index_missing' }]);
    expect(logged.filter((entry) => entry.startsWith('The system has no file watches left'))).toHaveLength(1);
  });

  it('events that were lost are made up for by the sweep, in files in use and in old ones', async () => {
    const { root, gateway } = agentsRoot();
    const before = new Date(Date.now() - 3_600_000);
    gateway.append('past', header('past'), turn('0', before.getTime()));
    utimesSync(gateway.path('past'), before, before);
    const { said, source } = await watch(root, { fileEvents: deaf() });
    expect(source.details().watching).toBe('events');
    gateway.append('past', turn('3'));
    await eventually(() => expect(said().at(-1)).toBe('main:unindexed:past: answer-3'));
    gateway.append('past', turn('4'));
    await eventually(() => expect(said().at(-1)).toBe('main:unindexed:past: answer-4'));
  });

  it('a watcher that fails otherwise is named, and the sweep goes on', async () => {
    const { root, gateway } = agentsRoot();
    gateway.index(KEY, { sessionId: 's1' });
    const { said, source } = await watch(root, { fileEvents: deaf('EIO') });
    gateway.append('s1', turn('1'));
    await eventually(() => expect(said()).toHaveLength(2));
    expect(source.details().problems).toMatchObject([{ kind: 'watch_failed' }]);
  });
});

describe('with file events', () => {
  it('40,000 appends while the loop is blocked are all told, in order', { timeout: 120_000 }, async () => {
    const { root, gateway } = agentsRoot();
    gateway.index(KEY, { sessionId: 's1' });
    const { said, events } = await watch(root);
    gateway.append('s1', line('user', 'ask'));
    await eventually(() => expect(said()).toHaveLength(1));
    const texts = Array.from({ length: 40_000 }, (_, number) => `m${number}`);
    for (const text of texts) gateway.append('s1', line('assistant', text, { stopReason: 'toolUse' }));
    const isRead = () => events.filter(({ type }) => type !== 'session_seen').length === 40_001;
    await until('all are read', isRead, { timeoutMs: 100_000 });
    expect(said().slice(1)).toEqual(texts.map((text) => `main:main: ${text}`));
  });

  it('many sessions that write at once are each told in order', async () => {
    const { root, gateway } = agentsRoot();
    const ids = Array.from({ length: 60 }, (_, number) => `s${number}`);
    for (const id of ids) gateway.index(`agent:main:${id}`, { sessionId: id });
    const { said } = await watch(root);
    for (let round = 0; round < 20; round += 1) {
      for (const id of ids) gateway.append(id, line('assistant', `m${round}`, { stopReason: 'toolUse' }));
      await sleep(2);
    }
    await eventually(() => expect(said()).toHaveLength(60 * 20));
    for (const id of ids) {
      const own = said().filter((entry) => entry.startsWith(`main:${id}: `));
      expect(own).toEqual(Array.from({ length: 20 }, (_, round) => `main:${id}: m${round}`));
    }
  });

  it('a sessions folder removed and made anew between two looks is read again', async () => {
    const { root, gateway } = agentsRoot();
    const { said } = await watch(root);
    gateway.index(KEY, { sessionId: 's1' });
    gateway.append('s1', turn('1'));
    await eventually(() => expect(said()).toHaveLength(2));
    rmSync(gateway.folder, { recursive: true });
    mkdirSync(gateway.folder);
    const again = new GatewayWriter(gateway.folder);
    again.index(KEY, { sessionId: 's2' });
    again.append('s2', turn('2'));
    await eventually(() => expect(said().slice(-2)).toEqual(['main:main: turn_started', 'main:main: answer-2']));
    again.append('s2', turn('3'));
    await eventually(() => expect(said().slice(-2)).toEqual(['main:main: turn_started', 'main:main: answer-3']));
  });
});
