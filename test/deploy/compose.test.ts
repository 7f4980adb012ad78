import { randomUUID } from 'node:crypto';
import { chmodSync, chownSync, cpSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { createRig, type Rig } from '../integration/harness.ts';
import { buildBases, buildOwn, compose, podman, type Ran } from './containers.ts';
import { freePort } from '../../src/demo/free-port.ts';
import { until } from '../support/until.ts';

const DEPLOY = fileURLToPath(new URL('../../deploy', import.meta.url));
const KEY = `agent:main:mattermost:channel:${SAMPLE.publicId}`;
const UID = 1000;

let rig: Rig;
let folder: string;
let before: string;

/** What the engine keeps but images, and networks, which this podman-compose never removes. */
async function kept(): Promise<string> {
  const lists = await Promise.all([podman('ps', '--all', '--quiet'), podman('volume', 'ls', '--quiet')]);
  return lists.map(({ out }) => out).join('---\n');
}

function give(path: string): void {
  chownSync(path, UID, UID);
  if (statSync(path).isDirectory()) for (const name of readdirSync(path)) give(join(path, name));
}

/** What an earlier run, or a rehearsal, may have left. */
async function discard(): Promise<void> {
  await compose(folder, ['compose.yaml', 'network.yaml'], 'down', '--volumes');
  await podman('network', 'rm', '--force', 'deploy_default');
  await podman('volume', 'rm', '--force', 'deploy_state');
}

/** Only the network is another one than in the file that users have: the stand-in is on loopback, and 9090 may be taken. */
async function up(...files: string[]): Promise<Ran> {
  return compose(folder, ['compose.yaml', ...files, 'network.yaml'], 'up', '--detach', '--no-build');
}

beforeAll(async () => {
  await buildBases();
  await buildOwn();
  rig = await createRig();
  chmodSync(rig.folder, 0o755);
  folder = join(rig.folder, 'deploy');
  cpSync(DEPLOY, folder, { recursive: true });
  const settings = [
    `MM_URL=${rig.server.url}`,
    `OPENCLAW_AGENTS=${join(rig.folder, 'agents')}`,
    `OPENCLAW_UID=${UID}`,
    `OPENCLAW_GID=${UID}`,
  ];
  writeFileSync(join(folder, '.env'), settings.join('\n'));
  const port = await freePort();
  const own = { network_mode: 'host', environment: { HEALTH_PORT: String(port), OPEN_AFTER_MS: '0' } };
  writeFileSync(join(folder, 'network.yaml'), JSON.stringify({ services: { 'live-status': own } }));
  for (const [name, secret] of [
    ['mm-token', SAMPLE.botToken],
    ['gateway-token', 'fake-gateway-token'],
  ] as const) {
    writeFileSync(join(folder, name), secret, { mode: 0o600 });
    give(join(folder, name));
  }
  await discard();
  before = await kept();
});

afterAll(async () => {
  await discard();
  await rig.close();
});

describe('deploy/compose.yaml', () => {
  it('runs the image as it says: the first turn has its box, the root is read-only, transcripts and token are mounted', async () => {
    const sessionId = randomUUID();
    rig.writer.session(KEY, { sessionId });
    give(join(rig.folder, 'agents'));
    const { code, out } = await up();
    expect({ code, out }).toMatchObject({ code: 0 });
    const [name = ''] = /deploy[-_]live-status[-_]1/.exec(out) ?? [];
    let health = '';
    const isWell = async (): Promise<boolean> => (health = (await podman('exec', name, 'live-status', 'health')).out).startsWith('ok: ');
    await until('it is healthy', isWell, { detail: () => `${out}\n${health}` });
    rig.writer.user(sessionId, 'please');
    rig.writer.assistant(sessionId, 'Looking.', [{ id: 'c1', name: 'exec', arguments: { command: 'make' } }]);
    await until('there is a box', () => rig.boxes().some(({ title }) => title.includes('[ACTIVE]')));
    const shown = await podman('inspect', name, '--format', '{{.HostConfig.ReadonlyRootfs}} {{.Config.User}} {{.EffectiveCaps}}');
    expect(shown.out).toBe(`true ${UID}:${UID} []\n`);
    const write = await podman('exec', name, 'touch', '/agents/x');
    expect(write.out).toContain('Read-only file system');
  });

  it('leaves no container and no volume behind when it is taken down with its volumes', async () => {
    expect(await compose(folder, ['compose.yaml', 'network.yaml'], 'down', '--volumes')).toMatchObject({ code: 0 });
    expect(await kept()).toBe(before);
  });

  it('says what has to be set where it is not', async () => {
    writeFileSync(join(folder, '.env'), '');
    expect(await up()).toMatchObject({ out: expect.stringContaining('set MM_URL to the address of Mattermost') });
  });
});

describe('deploy/compose.gateway.yaml', () => {
  it('adds the gateway, its token and the name of the host', async () => {
    mkdirSync(join(rig.folder, 'agents'), { recursive: true });
    writeFileSync(join(folder, '.env'), `MM_URL=${rig.server.url}\nOPENCLAW_AGENTS=${join(rig.folder, 'agents')}\n`);
    const { out } = await compose(folder, ['compose.yaml', 'compose.gateway.yaml'], '--dry-run', 'up', '--detach', '--no-build');
    for (const part of [
      '-e GATEWAY_URL=ws://host.docker.internal:18789',
      '-e GATEWAY_TOKEN_FILE=/run/secrets/gateway-token',
      '-e MM_TOKEN_FILE=/run/secrets/mm-token',
      './gateway-token:/run/secrets/gateway-token:ro',
      './mm-token:/run/secrets/mm-token:ro',
      '--add-host host.docker.internal:host-gateway',
    ])
      expect(out).toContain(part);
  });
});

describe('deploy/compose.fleet.yaml', () => {
  const settings = (...lines: string[]): void => writeFileSync(join(folder, '.env'), lines.join('\n'));
  const dryRun = async (): Promise<string> =>
    (await compose(folder, ['compose.fleet.yaml'], '--dry-run', 'up', '--detach', '--no-build')).out;

  it('has a bus with rights, two publishers with the token of Mattermost, and a watcher without it', async () => {
    settings('MM_URL=https://chat.example.org', 'OPENCLAW_AGENTS=/agents-there', 'PUBLISHER_PASSWORD=p', 'WEB_1_PASSWORD=w');
    const runs = new Map([...(await dryRun()).matchAll(/ --name=deploy_(\S+?)_1 (.*)$/gm)].map(([, name, args]) => [name, args]));
    expect([...runs.keys()].toSorted()).toEqual(['bus', 'publisher-1', 'publisher-2', 'watcher']);
    for (const args of runs.values()) expect(args).toContain('--read-only');
    expect(runs.get('bus')).toContain('fleet-nats.conf:/etc/nats/fleet.conf:ro');
    for (const name of ['publisher-1', 'publisher-2']) {
      expect(runs.get(name)).toContain('./mm-token:/run/secrets/mm-token:ro');
      expect(runs.get(name)).toContain('live-status run --role publisher');
      expect(runs.get(name)).toContain(`deploy_${name}:/var/lib/live-status`);
    }
    expect(runs.get('watcher')).toContain('/agents-there:/agents:ro');
    expect(runs.get('watcher')).toContain('live-status run --role watcher');
    expect(runs.get('watcher')).not.toContain('mm-token');
    expect(runs.get('watcher')).not.toContain('publisher-user');
  });

  it('says what has to be set where it is not', async () => {
    settings('MM_URL=https://chat.example.org', 'OPENCLAW_AGENTS=/agents-there', 'PUBLISHER_PASSWORD=p');
    expect(await dryRun()).toContain('set WEB_1_PASSWORD');
  });
});
