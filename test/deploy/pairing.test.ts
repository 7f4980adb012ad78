import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { buildBases, buildOwn, images, LIMITS, podman, type Ran, startContainer } from './containers.ts';
import { HOST_ADDRESS, layCable } from './network-namespaces.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';

const HOST = fileURLToPath(new URL('../fixtures/deploy/host-of-a-gateway.ts', import.meta.url));
const [GATEWAY_NETWORK, WATCHER_NETWORK] = ['live-status-host', 'live-status-box'];
const NAME = 'live-status-pairing-test';
const UID = 1000;

let folder: string;
let removeCable: () => void;
let host: ChildProcess;
let said = '';

beforeAll(async () => {
  await buildBases();
  await buildOwn();
  folder = tempFolder('pairing');
  for (const [name, secret] of [
    ['mm-token', SAMPLE.botToken],
    ['gateway-token', 'fake-gateway-token'],
  ] as const) {
    writeFileSync(join(folder, name), secret, { mode: 0o600 });
    chownSync(join(folder, name), UID, UID);
  }
  removeCable = layCable(GATEWAY_NETWORK, WATCHER_NETWORK);
  host = spawn('ip', ['netns', 'exec', GATEWAY_NETWORK, process.execPath, HOST, HOST_ADDRESS, join(folder, 'approved')]);
  for (const stream of [host.stdout, host.stderr]) stream?.on('data', (data: Buffer) => (said += data.toString()));
  await until('the host is there', () => said.includes('The host is there.'), { detail: () => said });
});

afterAll(async () => {
  await podman('rm', '--force', '--ignore', NAME);
  await podman('volume', 'rm', '--force', NAME);
  host.kill('SIGKILL');
  removeCable();
  rmSync(folder, { recursive: true, force: true });
});

/** How every container of this test is run: as `deploy/compose.yaml` does for a gateway on the host. */
function options(): string[] {
  const settings = {
    MM_URL: `http://${HOST_ADDRESS}:8065`,
    MM_TOKEN_FILE: '/run/secrets/mm-token',
    GATEWAY_URL: `ws://${HOST_ADDRESS}:18789`,
    GATEWAY_TOKEN_FILE: '/run/secrets/gateway-token',
    ALLOW_PLAINTEXT: '1',
    OPEN_AFTER_MS: '0',
  };
  return [
    '--read-only',
    `--network=ns:/run/netns/${WATCHER_NETWORK}`,
    `--volume=${NAME}:/var/lib/live-status`,
    '--tmpfs=/tmp',
    '--cap-drop=ALL',
    ...['mm-token', 'gateway-token'].flatMap((name) => ['--volume', `${join(folder, name)}:/run/secrets/${name}:ro`]),
    ...Object.entries(settings).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
  ];
}

async function pair(): Promise<Ran> {
  return podman('run', '--rm', ...LIMITS, ...options(), images.own, 'pair');
}

describe('a gateway on the host, and a watcher in a container with a network of its own', () => {
  it('wants to know the device first: pair shows the command for its operator', async () => {
    const { code, out } = await pair();
    expect({ code, out }).toEqual({
      code: 1,
      out: expect.stringMatching(/^Device: [0-9a-f]{64}\n[^]*On its host, run:\n {2}openclaw devices approve req-1\n/),
    });
  });

  it('lets the device in once it is approved, and the first turn has its box', async () => {
    const [, device = ''] = /^Device: (\w+)/.exec((await pair()).out) ?? [];
    writeFileSync(join(folder, 'approved'), device);
    expect(await pair()).toEqual({ code: 0, out: expect.stringContaining('knows this device and shows it its sessions') });
    await startContainer(NAME, options(), images.own);
    await until('the turn is shown', () => /\[ACTIVE\] main[^]*\[DONE\] main/.test(said), { detail: () => said });
    await until('it is well', async () => (await podman('exec', NAME, 'live-status', 'health')).out.startsWith('ok: '));
  });
});
