import { randomUUID } from 'node:crypto';
import { chmodSync, chownSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { createRig, type Rig } from '../integration/harness.ts';
import { buildBases, buildOwn, images, LIMITS, podman, type Ran, startContainer } from './containers.ts';
import { freePort } from '../../src/demo/free-port.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';

const KEY = `agent:main:mattermost:channel:${SAMPLE.publicId}`;
const NAME = 'live-status-test';
const UID = 1000;

let rig: Rig;
let state: string;
let port: string;

/** Gives a folder and what is in it to the user of the container. */
function give(path: string): void {
  chownSync(path, UID, UID);
  if (statSync(path).isDirectory()) for (const name of readdirSync(path)) give(join(path, name));
}

async function start(...more: string[]): Promise<void> {
  const mounts = ['--volume', `${state}:/var/lib/live-status`, '--volume', `${join(rig.folder, 'agents')}:/agents:ro`];
  const secret = ['--volume', `${join(rig.folder, 'mm-token')}:/run/secrets/mm-token:ro`];
  const settings = {
    MM_URL: rig.server.url,
    MM_TOKEN_FILE: '/run/secrets/mm-token',
    TRANSCRIPT_DIR: '/agents',
    HEALTH_PORT: port,
    OPEN_AFTER_MS: '0',
  };
  const env = Object.entries(settings).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const locked = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--network', 'host'];
  await startContainer(NAME, [...locked, ...mounts, ...secret, ...env, ...more], images.own);
}

async function inside(...command: string[]): Promise<Ran> {
  return podman('exec', NAME, ...command);
}

beforeAll(async () => {
  await buildBases();
  await buildOwn();
  rig = await createRig();
  state = tempFolder('state');
  chmodSync(rig.folder, 0o755);
  chmodSync(state, 0o700);
  writeFileSync(join(rig.folder, 'mm-token'), SAMPLE.botToken, { mode: 0o600 });
  give(state);
  give(join(rig.folder, 'mm-token'));
  port = String(await freePort());
});

afterAll(async () => {
  await podman('rm', '--force', '--ignore', NAME);
  await rig.close();
  rmSync(state, { recursive: true, force: true });
});

describe('the image', () => {
  it('shows the first turn in a box, with a read-only root, no capability and transcripts that only their owner reads', async () => {
    const sessionId = randomUUID();
    rig.writer.session(KEY, { sessionId });
    give(join(rig.folder, 'agents'));
    await start();
    await until('it is healthy', async () => (await inside('live-status', 'health')).out.startsWith('ok: '));
    rig.writer.user(sessionId, 'please');
    rig.writer.assistant(sessionId, 'Looking.', [{ id: 'c1', name: 'exec', arguments: { command: 'make' } }]);
    await until('there is a box', () => rig.boxes().some(({ title }) => title.includes('[ACTIVE]')));
    const { out } = await inside('node', '-e', 'console.log(process.getuid()); require("fs").writeFileSync("/app/x", "")');
    expect(out).toMatch(/^1000\n[^]*EROFS/);
  });

  it('tells its health by the exit code of its own health check', async () => {
    expect(await podman('healthcheck', 'run', NAME)).toMatchObject({ code: 0 });
    const { out } = await podman(
      'image',
      'inspect',
      images.own,
      '--format',
      '{{json .HealthCheck.Test}} {{.Config.StopSignal}} {{.Config.User}}',
    );
    expect(out).toBe('["CMD","live-status","health"] SIGTERM 1000:1000\n');
  });

  it('leaves no zombie behind when a health check is cut off', async () => {
    await inside('bash', '-c', '(sleep 0.2 & exec true) & disown; exit 0');
    await until('no process waits for its parent', async () => {
      const { out } = await inside('bash', '-c', 'cat /proc/[0-9]*/stat 2>/dev/null');
      return !/\) Z /.test(out);
    });
    const { out } = await inside('cat', '/proc/1/comm');
    expect(out).toBe('tini\n');
  });

  it('marks its boxes at SIGTERM and ends with 0 within its time', async () => {
    expect(await podman('stop', '--time', '10', NAME)).toMatchObject({ code: 0 });
    const { out } = await podman('inspect', NAME, '--format', '{{.State.ExitCode}}');
    expect(out).toBe('0\n');
    await until('the box says so', () => rig.boxes().some(({ title }) => title.includes('[INTERRUPTED]')));
  });

  it('goes on with the same post after it was replaced by a new container', async () => {
    await start();
    await until('the box goes on', () => rig.boxes().some(({ title }) => title.includes('[ACTIVE]')));
    expect(rig.boxes()).toHaveLength(1);
  });

  it('says what is missing and ends with 78 when nothing is set', async () => {
    const { code, out } = await podman('run', '--rm', ...LIMITS, images.own);
    expect({ code, out }).toEqual({ code: 78, out: expect.stringContaining('MM_URL is missing') });
  });
});
