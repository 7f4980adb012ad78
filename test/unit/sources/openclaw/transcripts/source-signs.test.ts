import { setTimeout as sleep } from 'node:timers/promises';
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
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

describe('before the first line is written', () => {
  it('a lock shows that a session is at work, from when it was taken', async () => {
    const { root, gateway } = agentsRoot();
    const { said, events } = await watch(root);
    gateway.index(KEY, { sessionId: 's1' });
    const createdAt = new Date(Date.now() - 100);
    gateway.lock('s1', { pid: process.pid, createdAt: createdAt.toISOString() });
    await eventually(() => expect(said()).toEqual(['main:main: busy_seen']));
    expect(events.find((event) => event.type === 'busy_seen')).toMatchObject({ at: createdAt.getTime(), sessionKey: KEY });
    expect(events[0]).toMatchObject({ type: 'session_seen', sessionId: 's1' });
  });

  it('a running row does, too', async () => {
    const { root, gateway } = agentsRoot();
    const { said } = await watch(root);
    gateway.index(KEY, { sessionId: 's1', status: 'running', startedAt: Date.now() });
    await eventually(() => expect(said()).toEqual(['main:main: busy_seen']));
    gateway.index(KEY, { sessionId: 's1', status: 'done' });
    await eventually(() => expect(said()).toEqual(['main:main: busy_seen', 'main:main: cleared']));
  });
});

describe('when the lock is released', () => {
  it('the lines written under it come first', async () => {
    const { root, gateway } = agentsRoot();
    const { said } = await watch(root);
    gateway.index(KEY, { sessionId: 's1' });
    gateway.lock('s1');
    await eventually(() => expect(said()).toEqual(['main:main: busy_seen']));
    gateway.append('s1', turn('1'));
    gateway.unlock('s1');
    await eventually(() =>
      expect(said()).toEqual(['main:main: busy_seen', 'main:main: turn_started', 'main:main: answer-1', 'main:main: cleared']),
    );
  });

  it('and taken again at once, nothing is told', async () => {
    const { root, gateway } = agentsRoot();
    const { said } = await watch(root);
    gateway.index(KEY, { sessionId: 's1' });
    gateway.lock('s1');
    await eventually(() => expect(said()).toHaveLength(1));
    gateway.unlock('s1');
    await sleep(40);
    gateway.lock('s1');
    await sleep(800);
    expect(said()).toEqual(['main:main: busy_seen']);
  });

  it('after a failed call that nobody saw the lock of, that is told', async () => {
    const { root, gateway } = agentsRoot();
    const { said } = await watch(root);
    gateway.index(KEY, { sessionId: 's1' });
    gateway.lock('s1');
    gateway.append('s1', line('user', 'ask'), line('assistant', 'failed', { stopReason: 'error' }));
    await sleep(60);
    gateway.unlock('s1');
    await eventually(() => expect(said().at(-1)).toBe('main:main: cleared'));
  });

  it('for a moment after a turn, it opens no new one', async () => {
    const { root, gateway } = agentsRoot();
    const { said } = await watch(root);
    gateway.index(KEY, { sessionId: 's1' });
    gateway.append('s1', turn('1'));
    await eventually(() => expect(said()).toHaveLength(2));
    for (let flap = 0; flap < 3; flap += 1) {
      gateway.lock('s1');
      await sleep(10);
      gateway.unlock('s1');
      await sleep(10);
    }
    await sleep(700);
    expect(said()).not.toContain('main:main: busy_seen');
  });
});

describe('a crash', () => {
  it('is told when the owner of a lock it was seen with is dead, and its stale row is not believed', async () => {
    const { root, gateway } = agentsRoot();
    const owner = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    onTestFinished(() => void owner.kill('SIGKILL'));
    await new Promise((resolve) => owner.once('spawn', resolve));
    const { said } = await watch(root);
    gateway.index(KEY, { sessionId: 's1', status: 'running' });
    gateway.append('s1', line('user', 'ask'), line('assistant', 'call', { stopReason: 'toolUse' }));
    gateway.lock('s1', { pid: owner.pid, createdAt: new Date().toISOString() });
    await eventually(() => expect(said()).toContain('main:main: busy_seen'));
    await sleep(2_500);
    owner.kill('SIGKILL');
    await eventually(() => expect(said().at(-1)).toBe('main:main: crashed'));
    rmSync(`${gateway.path('s1')}.lock`);
    await sleep(2_500);
    expect(said().at(-1)).toBe('main:main: crashed');
  });

  it('long ago, of which a lock and a row are left, is no sign of life', async () => {
    const { root, gateway } = agentsRoot();
    const before = Date.now() - 3 * 3_600_000;
    gateway.index(KEY, { sessionId: 's1', status: 'running', updatedAt: before });
    gateway.append('s1', turn('1', before));
    gateway.lock('s1', { pid: 999_999_999, createdAt: new Date(before).toISOString() });
    const { said } = await watch(root);
    await sleep(2_600);
    expect(said()).toEqual([]);
  });
});
