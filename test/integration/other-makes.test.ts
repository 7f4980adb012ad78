import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { watcherScript } from '../../src/cli/foreign-watchers.ts';
import { cli, FAKE, MAIN, scratch } from './cli-process.ts';

/** Mounts of a test are its own, so no other program of this machine sees them. */
const APART = ['unshare', '--mount', '--propagation', 'private', 'sh', '-ec'];
const canMount = spawnSync('unshare', [...APART.slice(1), 'mount -t tmpfs tmpfs /mnt']).status === 0;
const NOBODY = 65_534;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Also where the project itself lies below /tmp. */
const EMPTY_TMP = `mount --bind '${ROOT}' /srv; mount -t tmpfs tmpfs /tmp; mkdir -p '${ROOT}'; mount --bind /srv '${ROOT}';`;

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** A process of this user, or of nobody. */
function bystander(uid = 0): number {
  const child = spawn('setpriv', [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', 'sleep', '120']);
  started.push(child);
  return child.pid ?? 0;
}

/** Runs the command line where `pid` seems to run `words`, and where /tmp holds nothing but `pidFile`. */
async function beside(
  args: string[],
  { pid, words, pidFile, owner = 0 }: { pid: number; words: string[]; pidFile?: string; owner?: number },
) {
  const env = scratch();
  const home = env['HOME'] ?? '';
  writeFileSync(join(home, 'cmdline'), words.join('\0'));
  writeFileSync(join(home, 'of-old.pid'), pidFile ?? '');
  chownSync(join(home, 'of-old.pid'), owner, owner);
  const old = pidFile === undefined ? '' : 'cp -p /mnt/of-old.pid /tmp/status-watcher.pid;';
  const script = `mount --bind '${home}' /mnt; ${EMPTY_TMP} ${old} mount --bind /mnt/cmdline /proc/${pid}/cmdline; exec "$0" "$@"`;
  const inMounts = { ...env, HOME: '/mnt', PID_FILE: '/mnt/x.pid', STATE_DIR: '/mnt/state', TRANSCRIPT_DIR: '/mnt/agents' };
  mkdirSync(join(home, 'agents'));
  const [program = '', ...rest] = [...APART, script, process.execPath, ...args];
  const child = spawn(program, rest, { env: inMounts });
  started.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (said += data.toString()));
  return { child, said: () => said, code: new Promise<number | null>((resolve) => child.once('close', resolve)) };
}

const WATCHER = ['node', '--enable-source-maps', '/opt/watch/status-watcher.js', 'start'];

describe.skipIf(!canMount)('a status watcher of another make that runs', { timeout: 60_000 }, () => {
  it.each(['run', 'start'])('keeps %s from running beside it, and is named with the cure', async (command) => {
    const pid = bystander();
    const { code, said } = await beside([FAKE, command], { pid, words: WATCHER });
    expect(await code).toBe(75);
    expect(said()).toContain(`(pid ${pid}, it runs /opt/watch/status-watcher.js). Never run two side by side: stop it first (kill ${pid},`);
  });

  it('is found by the old PID file, which says its pid alone, when its name says nothing', async () => {
    const pid = bystander();
    const { code, said } = await beside([FAKE, 'run'], { pid, words: ['node', 'main.js'], pidFile: `${pid}\n` });
    expect({ code: await code, said: said() }).toEqual({ code: 75, said: expect.stringContaining(`/tmp/status-watcher.pid names it`) });
  });

  it.each([
    ['of another user', NOBODY, WATCHER, 'Warning: a status watcher of another make runs as another user'],
    ['that is none, though a file of somebody else says so', 0, ['node', 'gateway.js'], ''],
    ['that is none, though its pid stands in a file of ours', 0, ['/usr/sbin/cron'], ''],
  ])('keeps nobody from running when it is one %s', async (what, uid, words, warning) => {
    const pid = bystander(uid);
    const old = what.startsWith('that is none') ? { pidFile: `${pid}\n`, owner: what.includes('somebody else') ? NOBODY : 0 } : {};
    const { child, said } = await beside([FAKE, 'run'], { pid, words, ...old });
    await expect.poll(said, { timeout: 20_000 }).toContain('Ready');
    expect(said()).toContain(warning);
    expect(said()).not.toContain('side by side');
    child.kill('SIGTERM');
  });

  it('fails the examination of the doctor, with the cure', async () => {
    const pid = bystander();
    const { code, said } = await beside([MAIN, 'doctor'], { pid, words: WATCHER });
    expect(await code).toBe(1);
    expect(said()).toMatch(
      new RegExp(`^FAIL +other watcher +one of another make runs \\(pid ${pid}\\).*kill ${pid}; see docs/UPGRADE.md$`, 'm'),
    );
  });
});

describe('what watchers of another make left', { timeout: 60_000 }, () => {
  it('is named by the doctor: what answers at the health port, a hook, and an index for all folders', async () => {
    const server = createServer((_request, response) => response.end('{"status":"ok","activeSessions":2}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const env = scratch({ HEALTH_PORT: String((server.address() as AddressInfo).port) });
    const home = env['HOME'] ?? '';
    const hook = join(home, '.openclaw', 'hooks', 'status-watcher-hook');
    mkdirSync(hook, { recursive: true });
    for (const agent of ['one', 'two']) {
      mkdirSync(join(home, 'agents', agent, 'sessions'), { recursive: true });
      writeFileSync(join(home, 'agents', agent, 'sessions', 'a.jsonl'), '');
      writeFileSync(join(home, 'agents', agent, 'sessions', 'sessions.json'), '{}');
    }
    const index = { ...env, SESSIONS_JSON: join(home, 'agents', 'one', 'sessions', 'sessions.json') };
    const { out } = await cli(MAIN, ['doctor'], index).ended;
    server.close();
    expect(out).toMatch(/^WARN +health port .*perhaps a status watcher of another make: .* -> stop what listens there/m);
    expect(out).toMatch(/^WARN +hook .*status-watcher-hook is of another make -> remove it, then live-status hook install$/m);
    expect(out).toMatch(/^WARN +session index .*for all 2 folders -> leave it out/m);
    for (const action of ['install', 'remove'])
      expect(await cli(MAIN, ['hook', action], env).ended).toMatchObject({ code: 1, err: expect.stringContaining('of another make') });
  });

  it.each<[string[], string | undefined]>([
    [['/usr/bin/node', '/srv/status-watcher.js'], '/srv/status-watcher.js'],
    [['node', '--max-old-space-size=64', 'src/watcher-manager.js', 'start'], 'src/watcher-manager.js'],
    [['vim', 'status-watcher.js'], undefined],
    [['node', '/usr/local/bin/live-status', 'run'], undefined],
    [['node', 'test.js', 'status-watcher.js'], undefined],
    [[''], undefined],
  ])('a process that is called %j runs %s', (words, script) => expect(watcherScript(words)).toBe(script));
});
