// What somebody meets who sets it up for the first time and gets one thing wrong: each time the cause and the cure are said.

import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { cli, MAIN } from './cli-process.ts';
import { createRig, type Rig } from './harness.ts';
import { freePort } from '../../src/demo/free-port.ts';
import { inherited } from '../support/inherited.ts';

const page = createServer((_request, response) => response.setHeader('content-type', 'text/html').end('<html>Welcome</html>'));
const canMount = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
let rig: Rig;
let homes = 0;

beforeAll(async () => {
  rig = await createRig();
  rig.writer.session(`agent:main:mattermost:channel:${SAMPLE.foreignId}`, { sessionId: 'one' });
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  page.close();
  await rig.close();
});

/** An empty home with everything right but what is given. */
async function home(wrong: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  const folder = join(rig.folder, `home-${(homes += 1)}`);
  mkdirSync(folder);
  return {
    ...inherited(),
    HOME: folder,
    MM_URL: rig.server.url,
    MM_TOKEN: SAMPLE.botToken,
    TRANSCRIPT_DIR: join(rig.folder, 'agents'),
    HEALTH_PORT: String(await freePort()),
    OPEN_AFTER_MS: '0',
    ...wrong,
  };
}

const said = async (env: NodeJS.ProcessEnv, ...args: string[]): Promise<string> => {
  const { out, err } = await cli(MAIN, args, env).ended;
  return out + err;
};

describe('a watcher that was started', { timeout: 90_000 }, () => {
  it.each<[string, () => NodeJS.ProcessEnv, RegExp, RegExp]>([
    [
      'with a wrong token',
      () => ({ MM_TOKEN: 'of-somebody' }),
      /down, .*refuses the token.*Set MM_TOKEN/,
      /^FAIL +Mattermost .*refuses the token/m,
    ],
    [
      'with an unknown host',
      () => ({ MM_URL: 'https://chat.invalid' }),
      /degraded, Mattermost is not reached: .*host name of MM_URL/,
      /^FAIL .*MM_URL/m,
    ],
    [
      'with a closed port',
      () => ({ MM_URL: 'http://127.0.0.1:9' }),
      /degraded, .*nothing listens there.*MM_URL/,
      /^FAIL .*nothing listens there/m,
    ],
    [
      'with the address of another server',
      () => ({ MM_URL: `http://127.0.0.1:${(page.address() as AddressInfo).port}` }),
      /degraded, .*MM_URL points to something that is not Mattermost/,
      /^FAIL .*not Mattermost's API/m,
    ],
    [
      'with the address of a channel',
      () => ({ MM_URL: `${rig.server.url}/lab/channels/agents` }),
      /MM_URL points to/,
      /^FAIL .*MM_URL points to/m,
    ],
    [
      'for agents in a channel without the bot',
      () => ({}),
      /no post: not a member.*add the account to the team and to the channel/,
      /^OK +channels/m,
    ],
    [
      'with a folder that is not there',
      () => ({ TRANSCRIPT_DIR: '/nonexistent/x' }),
      /down, .*does not exist/,
      /^FAIL +transcripts .*correct TRANSCRIPT_DIR/m,
    ],
  ])('%s says so in status and to the doctor', async (_what, wrong, status, doctor) => {
    const env = await home(wrong());
    expect(await said(env, 'start')).toContain('is running');
    rig.writer.user('one', 'please');
    rig.writer.assistant('one', 'Looking.', [{ id: 'c1', name: 'exec', arguments: { command: 'make' } }]);
    try {
      await expect.poll(async () => said(env, 'status'), { timeout: 40_000, interval: 500 }).toMatch(status);
      expect(await said(env, 'doctor')).toMatch(doctor);
    } finally {
      expect(await said(env, 'stop')).toContain('has stopped');
    }
  });
});

describe('a watcher that cannot be started', { timeout: 90_000 }, () => {
  it.each<[string, NodeJS.ProcessEnv, RegExp]>([
    ['for an address without http', { MM_URL: 'chat.example.org' }, /MM_URL is "chat\.example\.org"; expected an http or https address/],
    [
      'for a token file that is not there',
      { MM_TOKEN: '', MM_TOKEN_FILE: '/nonexistent/token' },
      /MM_TOKEN_FILE names a file that cannot be read/,
    ],
    ['for a state directory that is a file', { STATE_DIR: '/etc/passwd' }, /The state directory \/etc\/passwd cannot be used/],
  ])('%s says so at once', async (_what, wrong, words) => {
    const env = await home(wrong);
    expect(await said(env, 'start')).toMatch(words);
    expect(await said(env, 'doctor')).toMatch(words);
  });

  it('for a DEFAULT_CHANNEL that is not there is explained by the doctor', async () => {
    const env = await home({ DEFAULT_CHANNEL: 'lab/nowhere' });
    expect(await said(env, 'doctor')).toMatch(
      /^FAIL +DEFAULT_CHANNEL +channel "lab\/nowhere" does not exist: .* -> correct DEFAULT_CHANNEL/m,
    );
    const good = await home({ DEFAULT_CHANNEL: 'lab/agents' });
    expect(await said(good, 'doctor')).toMatch(/^OK +DEFAULT_CHANNEL +lab\/agents is channel/m);
  });

  it.skipIf(!canMount)('because the disk is full says so, and what to do', async () => {
    const env = await home({ STATE_DIR: '/mnt' });
    const fill = 'mount -t tmpfs -o size=64k,mode=0700 tmpfs /mnt; head -c 65536 /dev/zero > /mnt/fill 2>/dev/null || true; exec "$@"';
    const { status, stderr } = spawnSync('unshare', ['--mount', 'sh', '-ec', fill, 'sh', process.execPath, MAIN, 'start'], {
      env,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({
      status: 73,
      stderr: expect.stringMatching(/cannot be written: ENOSPC.* Make room, or set STATE_DIR to another disk/),
    });
  });
});
