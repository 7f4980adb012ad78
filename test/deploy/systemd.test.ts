import { randomUUID } from 'node:crypto';
import { chmodSync, chownSync, cpSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { runnable } from '../integration/doc-shell.ts';
import { createRig, type Rig } from '../integration/harness.ts';
import { packedFile } from '../integration/packed.ts';
import { buildBases, CA_BUNDLE, images, npmSettings, podman, startContainer } from './containers.ts';
import { freePort } from '../../src/demo/free-port.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';

const NAME = 'live-status-systemd-test';
const KEY = `agent:main:mattermost:channel:${SAMPLE.publicId}`;
const UID = 1000;
/** A home, as in life: the sandbox of the unit hides homes. */
const AGENTS = '/home/openclaw/.openclaw/agents';
const MOST_EXPOSURE = 2;

let rig: Rig;
let packed: string;
let sessionId: string;
let settings: string;

/** What a command line inside the machine says and how it ends. */
async function shell(line: string): Promise<{ code: number; out: string }> {
  return podman('exec', NAME, 'bash', '-c', line);
}

async function expectShell(line: string): Promise<string> {
  const { code, out } = await shell(line);
  expect({ line, code, out }).toMatchObject({ code: 0 });
  return out.trim();
}

/** Every file there is but what the kernel shows, logs and caches. */
async function listing(): Promise<string[]> {
  const skipped = ['/proc', '/sys', '/dev', '/run', '/tmp', '/var/log', '/var/cache', '/var/tmp', '/root/.npm', '/etc/machine-id'];
  const out = await expectShell(`find / -xdev ${skipped.map((path) => `-path ${path} -prune -o`).join(' ')} -print | sort`);
  return out.split('\n');
}

/** Transcripts are readable by their owner alone. */
function lockUp(path: string): void {
  chownSync(path, UID, UID);
  chmodSync(path, statSync(path).isDirectory() ? 0o700 : 0o600);
  if (statSync(path).isDirectory()) for (const name of readdirSync(path)) lockUp(join(path, name));
}

beforeAll(async () => {
  await buildBases();
  packed = tempFolder('packed');
  cpSync(packedFile().path, join(packed, packedFile().filename));
  writeFileSync(join(packed, 'npmrc'), npmSettings());
  rig = await createRig();
  sessionId = randomUUID();
  rig.writer.session(KEY, { sessionId });
  chmodSync(rig.folder, 0o755);
  lockUp(join(rig.folder, 'agents'));
  const certificates = existsSync(CA_BUNDLE) ? ['--volume', `${CA_BUNDLE}:${CA_BUNDLE}:ro`] : [];
  const mounts = [...certificates, '--volume', `${packed}:/packed:ro`, '--volume', `${join(rig.folder, 'agents')}:${AGENTS}`];
  await startContainer(NAME, ['--systemd=always', '--privileged', '--network', 'host', ...mounts], images.systemd, '/lib/systemd/systemd');
  await until('systemd runs', async () => /running|degraded/.test((await shell('systemctl is-system-running')).out));
  await expectShell('useradd --uid 1000 openclaw && chown openclaw: /home/openclaw /home/openclaw/.openclaw && chmod 700 /home/openclaw');
  await expectShell('npm --userconfig /packed/npmrc install --global --no-audit --no-fund /packed/live-status-*.tgz');
  settings = `MM_URL=${rig.server.url} MM_TOKEN=${SAMPLE.botToken} TRANSCRIPT_DIR=${AGENTS} HEALTH_PORT=${await freePort()} OPEN_AFTER_MS=0`;
});

afterAll(async () => {
  await podman('rm', '--force', '--time', '0', '--ignore', NAME);
  await rig.close();
  rmSync(packed, { recursive: true, force: true });
});

describe('the system service', () => {
  let before: string[];

  it('is installed without settings: it says what is missing and starts nothing', async () => {
    before = await listing();
    const { code, out } = await shell(`HOME=/root live-status service install`);
    expect({ code, out }).toMatchObject({
      code: 78,
      out: expect.stringMatching(/Correct this in \/etc\/status-watcher\.env[^]*MM_URL is missing/),
    });
    expect((await shell('systemctl is-active status-watcher')).out).toBe('inactive\n');
    await expectShell('live-status service remove --purge');
  });

  it('is installed with settings: it runs as the owner of the transcripts, behind its sandbox, and shows the first turn in a box', async () => {
    await expectShell(`${settings} live-status service install`);
    expect(await expectShell('systemctl show status-watcher -p ActiveState,User,Type,NRestarts')).toBe(
      'Type=notify\nNRestarts=0\nUser=openclaw\nActiveState=active',
    );
    expect(await expectShell('stat -c "%a %U" /etc/status-watcher.env')).toBe('600 root');
    rig.writer.user(sessionId, 'please');
    rig.writer.assistant(sessionId, 'Looking.', [{ id: 'c1', name: 'exec', arguments: { command: 'make' } }]);
    await until('there is a box', () => rig.boxes().some(({ title }) => title.includes('[ACTIVE]')));
  });

  it('passes the analysers: no complaint, and an exposure of at most two', async () => {
    expect(await expectShell('systemd-analyze verify /etc/systemd/system/status-watcher.service 2>&1')).toBe('');
    const overall = /exposure level for status-watcher\.service: ([\d.]+)/;
    for (const unit of [
      '/etc/systemd/system/status-watcher.service',
      '/usr/local/lib/node_modules/live-status/deploy/status-watcher.service',
    ]) {
      const [, score] = overall.exec(await expectShell(`systemd-analyze security --offline=true --no-pager ${unit}`)) ?? [];
      expect(Number(score)).toBeLessThanOrEqual(MOST_EXPOSURE);
      expect(Number(score)).toBeGreaterThan(0);
    }
  });

  it('takes the owner of a lock that it cannot see for unknown, not for dead', async () => {
    const lock = join(rig.folder, 'agents', 'main', 'sessions', `${sessionId}.jsonl.lock`);
    writeFileSync(lock, JSON.stringify({ pid: 4_194_000, createdAt: new Date().toISOString() }));
    lockUp(lock);
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    expect(rig.boxes().map(({ title }) => title)).toEqual([expect.stringContaining('[ACTIVE]')]);
    rmSync(lock);
  });

  it('tells systemd in words how it is', async () => {
    const words = async (): Promise<string> => (await shell('systemctl show status-watcher -p StatusText --value')).out;
    await until('it is told', async () => (await words()).startsWith('ok: '), { timeoutMs: 90_000 });
    expect((await shell('live-status service status')).out).toMatch(/active \(running\), enabled\. ok: /);
  });

  it('is started again after it was killed, and goes on in the same post', async () => {
    await expectShell('systemctl kill -s KILL status-watcher');
    await until('it is back', async () =>
      /NRestarts=1\nActiveState=active/.test((await shell('systemctl show status-watcher -p NRestarts,ActiveState')).out),
    );
    rig.writer.result(sessionId, 'c1', 0);
    rig.writer.assistant(sessionId, 'Made.');
    await until('the box ends', () => rig.boxes().some(({ title }) => title.includes('[DONE]')));
    expect(rig.boxes()).toHaveLength(1);
  });

  it('is killed and started again by the watchdog when it stands still', async () => {
    await expectShell(
      'mkdir -p /run/systemd/system/status-watcher.service.d && printf "[Service]\\nWatchdogSec=4\\n" > /run/systemd/system/status-watcher.service.d/test.conf',
    );
    await expectShell('systemctl daemon-reload && systemctl restart status-watcher');
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    expect(await expectShell('systemctl show status-watcher -p NRestarts,Result')).toBe('Result=success\nNRestarts=0');
    await expectShell('systemctl kill -s STOP status-watcher');
    await until('the watchdog acts', async () => (await shell('systemctl show status-watcher -p NRestarts --value')).out !== '0\n');
    await expectShell('rm -r /run/systemd/system/status-watcher.service.d && systemctl daemon-reload');
  });

  it('leaves nothing behind when it is removed', async () => {
    const said = await expectShell('live-status service remove');
    expect(said).toContain('Left in place: /etc/status-watcher.env, /var/lib/live-status.');
    await expectShell('live-status service remove --purge');
    expect((await listing()).filter((path) => !before.includes(path))).toEqual([]);
  });
});

describe('a service that does not come up', () => {
  it('fails the installation, which says where systemd tells why', async () => {
    const { code, out } = await shell(`PID_FILE=/proc/nowhere/x.pid ${settings} live-status service install`);
    expect({ code, out }).toEqual({
      code: 1,
      out: expect.stringMatching(/restart status-watcher\.service failed: .*\n?.*journalctl -xeu/),
    });
    await expectShell('live-status service remove --purge');
  });
});

describe('docs/OPERATIONS.md', () => {
  it('says what works where systemd runs', async () => {
    const before = await listing();
    const steps = runnable('docs/OPERATIONS.md', 'systemd');
    expect(steps.length).toBeGreaterThan(0);
    for (const { command } of steps) await expectShell(`export ${settings}\n${command}`);
    await expectShell('live-status service remove --purge');
    expect((await listing()).filter((path) => !before.includes(path))).toEqual([]);
  });

  it('leads past the unit of another make: nothing of it is replaced, and the doctor says how to remove it', async () => {
    const unit = '/etc/systemd/system/status-watcher.service';
    await expectShell(
      `printf '[Unit]\\nDescription=Other\\n[Service]\\nExecStart=/bin/sleep 600\\n' > ${unit} && systemctl start status-watcher`,
    );
    for (const action of ['install', 'remove'])
      expect(await shell(`${settings} live-status service ${action}`)).toMatchObject({
        code: 1,
        out: expect.stringContaining('is of another make'),
      });
    const { out } = await shell(`${settings} live-status doctor`);
    const [, cure = ''] = /^WARN +service +.* -> remove it with (.*), then live-status service install$/m.exec(out) ?? [];
    await expectShell(cure.replace(' and ', ' && '));
    await expectShell(`${settings} live-status service install && live-status service remove --purge`);
  });
});

describe('the service of one user', () => {
  const asUser = (line: string): string => `su openclaw -c 'cd; export HOME=/home/openclaw XDG_RUNTIME_DIR=/run/user/${UID}; ${line}'`;

  it('runs without root from the settings of that user, and is gone after its removal', async () => {
    const before = await listing();
    await expectShell(`systemctl start user@${UID}`);
    await expectShell(asUser(`${settings} live-status service install --user`));
    expect(await expectShell(asUser('systemctl --user is-active status-watcher'))).toBe('active');
    expect(await expectShell('stat -c "%a %U" /home/openclaw/.config/live-status/env')).toBe('600 openclaw');
    await until('it is well', async () => (await shell(asUser('live-status health'))).out.startsWith('ok: '));
    await expectShell(asUser('live-status service remove --user --purge'));
    const left = (await listing()).filter((path) => !before.includes(path));
    expect(left.filter((path) => path.includes('live-status') || path.includes('watcher'))).toEqual([]);
  });
});
