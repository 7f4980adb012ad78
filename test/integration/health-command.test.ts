import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli, MAIN } from './cli-process.ts';
import { createRig, type Rig } from './harness.ts';
import { freePort } from '../../src/demo/free-port.ts';
import { inherited } from '../support/inherited.ts';

let rig: Rig;

beforeAll(async () => {
  rig = await createRig();
  rig.writer.session('agent:main:main', { sessionId: randomUUID() });
});

afterAll(async () => rig.close());

function ask(port: string, extra: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; out: string; err: string }> {
  return cli(MAIN, ['health'], { ...inherited(), HOME: rig.folder, HEALTH_PORT: port, ...extra }).ended;
}

describe('live-status health', () => {
  it('says in one line how the running watcher is, and fails once it is gone', async () => {
    const port = String(await freePort());
    const watcher = await rig.watcher({ HEALTH_PORT: port });
    await watcher.ready();
    await expect.poll(async () => ask(port), { timeout: 30_000 }).toMatchObject({ code: 0, out: expect.stringMatching(/^ok: .+\n$/) });
    await watcher.stop('SIGTERM');
    expect(await ask(port)).toMatchObject({ code: 1, out: expect.stringContaining('no answer from http://127.0.0.1:') });
  });

  it('sends the token when health is bound to more than loopback, and says so when it has none', async () => {
    const [port, HEALTH_HOST, HEALTH_TOKEN] = [String(await freePort()), '0.0.0.0', 'of-health'];
    const watcher = await rig.watcher({ HEALTH_PORT: port, HEALTH_HOST, HEALTH_TOKEN });
    await watcher.ready();
    await expect
      .poll(async () => ask(port, { HEALTH_HOST, HEALTH_TOKEN }), { timeout: 30_000 })
      .toMatchObject({ code: 0, out: expect.stringMatching(/^ok: .+\n$/) });
    expect(await ask(port, { HEALTH_HOST })).toMatchObject({ code: 1, out: expect.stringContaining('asks for a token; set HEALTH_TOKEN') });
    await watcher.stop('SIGTERM');
  });

  it('says what to set when health is switched off', async () => {
    expect(await ask('0')).toMatchObject({ code: 78, err: expect.stringContaining('set it to a free port') });
  });
});
