import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { lookAtProcess } from '../../src/process/process-identity.ts';
import { type Cli, cli, FAKE, MAIN, scratch, TOKEN } from './cli-process.ts';
import { freePort } from '../../src/demo/free-port.ts';

const pidIn = (path: string) => Number(readFileSync(path, 'utf8').split('\n')[0]);

// Whatever a failed test leaves running is ended by its pid.
const toEnd = new Set<number>();
afterEach(() => {
  for (const pid of toEnd) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended, as it should have.
    }
  }
  toEnd.clear();
});

async function running(env: NodeJS.ProcessEnv, args: readonly string[] = ['run']): Promise<Cli> {
  const started = cli(FAKE, args, env);
  if (started.child.pid !== undefined) toEnd.add(started.child.pid);
  await started.until(/Ready/);
  return started;
}

async function endedPid(): Promise<number> {
  const child = spawn('true');
  await once(child, 'exit');
  return child.pid ?? 0;
}

describe('the PID file', { timeout: 60_000 }, () => {
  it('is private, and says pid, start, health address and namespace on a line each', async () => {
    const env = scratch({ HEALTH_PORT: '9099' });
    const { child } = await running(env);
    expect(statSync(env.PID_FILE).mode & 0o777).toBe(0o600);
    expect(readFileSync(env.PID_FILE, 'utf8')).toMatch(
      new RegExp(`^${child.pid}\\n\\S+\\nhttp://127.0.0.1:9099/health\\npid:\\[\\d+\\]\\n$`),
    );
  });

  it('keeps a second daemon away with exit code 75, which names the first and leaves its file alone', async () => {
    const env = scratch();
    const { child } = await running(env);
    const before = readFileSync(env.PID_FILE, 'utf8');
    expect(await cli(FAKE, ['run'], env).ended).toMatchObject({
      code: 75,
      out: '',
      err: expect.stringContaining(`already running (pid ${child.pid})`),
    });
    expect(readFileSync(env.PID_FILE, 'utf8')).toBe(before);
  });

  it('is taken over when its process has ended, also by kill -9, when its pid is another program now, and when it is damaged', async () => {
    const killed = scratch();
    const victim = await running(killed);
    victim.child.kill('SIGKILL');
    await victim.ended;
    expect(await cli(MAIN, ['status'], killed).ended).toMatchObject({ code: 1, out: expect.stringContaining('stale') });
    for (const content of [undefined, `${await endedPid()}\n1@x\n-\n`, `${process.pid}\n1@x\n-\n`, '', '\0\0\0']) {
      if (content !== undefined) writeFileSync(killed.PID_FILE, content);
      const next = await running(killed);
      expect(pidIn(killed.PID_FILE)).toBe(next.child.pid);
      next.child.kill('SIGTERM');
      expect(await next.ended).toMatchObject({ code: 0 });
    }
  });

  it('is not taken over when it names a living process without its start, as an older watcher would', async () => {
    const env = scratch();
    writeFileSync(env.PID_FILE, String(process.pid));
    expect(await cli(FAKE, ['run'], env).ended).toMatchObject({ code: 75, err: expect.stringContaining(`process ${process.pid}`) });
  });

  it('is not written through a symbolic link', async () => {
    const env = scratch();
    const target = join(env.STATE_DIR, '..', 'target');
    writeFileSync(target, 'precious');
    symlinkSync(target, env.PID_FILE);
    for (const command of ['run', 'start'])
      expect(await cli(FAKE, [command], env).ended).toMatchObject({ code: 73, err: expect.stringContaining('symbolic link') });
    expect(await cli(FAKE, ['stop'], env).ended).toMatchObject({ code: 1 });
    expect(readFileSync(target, 'utf8')).toBe('precious');
  });

  it('is not removed by a daemon that has lost it to another', async () => {
    const env = scratch();
    const { child, ended } = await running(env);
    writeFileSync(env.PID_FILE, 'of somebody else');
    child.kill('SIGTERM');
    await ended;
    expect(readFileSync(env.PID_FILE, 'utf8')).toBe('of somebody else');
  });

  it('is claimed by exactly one of several that take over a stale file at the same moment', async () => {
    const env = scratch();
    writeFileSync(env.PID_FILE, `${await endedPid()}\n1@x\n-\n`);
    const racers = Array.from({ length: 6 }, () => cli(FAKE, ['run'], env));
    for (const { child } of racers) if (child.pid !== undefined) toEnd.add(child.pid);
    const losers = () => racers.filter(({ child }) => child.exitCode === 75);
    await expect.poll(() => losers().length, { timeout: 20_000 }).toBe(5);
    const winner = racers.find(({ child }) => child.exitCode === null);
    await winner?.until(/Ready/);
    expect(pidIn(env.PID_FILE)).toBe(winner?.child.pid);
  });
});

describe('start and stop', { timeout: 60_000 }, () => {
  it('start runs the daemon in the background, logs into STATE_DIR, and does nothing when it runs already; stop ends it', async () => {
    const env = scratch();
    const start = await cli(FAKE, ['start'], env).ended;
    const pid = pidIn(env.PID_FILE);
    toEnd.add(pid);
    expect(start).toMatchObject({ code: 0, err: '', out: expect.stringContaining(`running (pid ${pid})`) });
    expect(await cli(FAKE, ['status'], env).ended).toMatchObject({ code: 0, out: expect.stringContaining(`running (pid ${pid})`) });
    expect(await cli(FAKE, ['start'], env).ended).toMatchObject({ code: 0, out: `live-status is already running (pid ${pid}).\n` });
    expect(await cli(FAKE, ['stop-watcher'], env).ended).toMatchObject({
      code: 0,
      out: `live-status has stopped (pid ${pid}).\n`,
      err: expect.stringContaining('deprecated'),
    });
    expect(existsSync(env.PID_FILE)).toBe(false);
    const log = readFileSync(join(env.STATE_DIR, 'live-status.log'), 'utf8');
    expect(log).toMatch(/Ready.*Ended/s);
    expect(log).not.toContain(TOKEN);
    expect(statSync(env.STATE_DIR).mode & 0o777).toBe(0o700);
  });

  it('start runs the real watcher even though Mattermost is away; status tells that, and stop ends it within its time', async () => {
    const env = scratch({ HEALTH_PORT: String(await freePort()) });
    const start = await cli(MAIN, ['start'], env).ended;
    expect(start).toMatchObject({ code: 0, err: '' });
    const pid = pidIn(env.PID_FILE);
    toEnd.add(pid);
    const status = () => cli(MAIN, ['status'], env).ended;
    await expect.poll(async () => (await status()).out, { timeout: 20_000 }).toMatch(/Health: d\w+, .*Mattermost/);
    expect(await cli(MAIN, ['stop'], env).ended).toMatchObject({ code: 0, out: `live-status has stopped (pid ${pid}).\n` });
    expect(await status()).toMatchObject({ code: 3 });
    expect(readFileSync(join(env.STATE_DIR, 'live-status.log'), 'utf8')).not.toContain(TOKEN);
  });

  it('start passes on the words and the exit code of a daemon that ends at once', async () => {
    const env = scratch({ PID_FILE: '/nowhere/live-status.pid' });
    expect(await cli(FAKE, ['start'], env).ended).toMatchObject({
      code: 73,
      out: '',
      err: expect.stringMatching(/exit code 73.*\/nowhere\/live-status.pid cannot be created/),
    });
  });

  it('start says why when the state directory cannot be used', async () => {
    expect(await cli(FAKE, ['start'], scratch({ STATE_DIR: '/dev/null/x' })).ended).toMatchObject({
      code: 73,
      err: expect.stringContaining('/dev/null/x'),
    });
  });

  it('stop never signals a process that only has the pid of an ended daemon, and removes the stale file', async () => {
    const env = scratch();
    const bystander = spawn('sleep', ['60']);
    toEnd.add(bystander.pid ?? 0);
    writeFileSync(env.PID_FILE, `${bystander.pid}\n1@x\n-\n`);
    expect(await cli(MAIN, ['stop'], env).ended).toMatchObject({ code: 0, out: expect.stringContaining('another program') });
    expect(existsSync(env.PID_FILE)).toBe(false);
    expect([bystander.exitCode, bystander.signalCode]).toEqual([null, null]);
  });

  it('stop tells, with exit code 1, that a daemon has not ended after ten seconds, and how to end it', async () => {
    const env = scratch({ FAKE_DAEMON: 'deaf' });
    const { child } = await running(env);
    expect(await cli(MAIN, ['stop'], env).ended).toMatchObject({ code: 1, out: '', err: expect.stringContaining(`kill -9 ${child.pid}`) });
    expect(child.exitCode).toBeNull();
  });
});

describe('a watcher of 0.1 with its PID file in /tmp', { timeout: 60_000 }, () => {
  const OLD_PLACE = '/tmp/status-watcher.pid';
  // Never touch the file of a watcher that runs on this machine.
  const isFree = !existsSync(OLD_PLACE);

  it.skipIf(!isFree)('is seen by start, run and status, and ended by stop', async () => {
    const env = scratch();
    const old = await running({ ...env, PID_FILE: OLD_PLACE });
    try {
      const { PID_FILE: _unset, ...later } = env;
      expect(await cli(FAKE, ['start'], later).ended).toMatchObject({
        code: 0,
        out: `live-status is already running (pid ${old.child.pid}).\n`,
      });
      expect(await cli(FAKE, ['run'], later).ended).toMatchObject({ code: 75, err: expect.stringContaining(`pid ${old.child.pid}`) });
      expect(await cli(FAKE, ['status'], later).ended).toMatchObject({ code: 0, out: expect.stringContaining(`pid ${old.child.pid}`) });
      expect(await cli(FAKE, ['stop'], later).ended).toMatchObject({ code: 0, out: `live-status has stopped (pid ${old.child.pid}).\n` });
      expect(await cli(FAKE, ['status'], later).ended).toMatchObject({ code: 3 });
      const next = await running(later);
      expect(pidIn(join(env.STATE_DIR, 'status-watcher.pid'))).toBe(next.child.pid);
    } finally {
      old.child.kill('SIGKILL');
      rmSync(OLD_PLACE, { force: true });
    }
  });
});

describe('status', { timeout: 60_000 }, () => {
  it('does not believe a health page that another program answers', async () => {
    const server = createServer((_request, response) => response.end('{"status":"ok"}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const env = scratch({ HEALTH_PORT: String((server.address() as AddressInfo).port) });
    await running(env);
    expect(await cli(MAIN, ['status'], env).ended).toMatchObject({ code: 0, out: expect.stringContaining('answered by another program') });
    server.close();
  });

  it('tells the health and, for each session, where its box is or why it has none', async () => {
    const env = scratch({ FAKE_DAEMON: 'serves', HEALTH_PORT: String(await freePort()) });
    const { child } = await running(env);
    const { code, out, err } = await cli(MAIN, ['status'], { PID_FILE: env.PID_FILE }).ended;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.split('\n')).toEqual([
      `live-status is running (pid ${child.pid}).`,
      'Health: degraded, transcripts has not been seen yet.',
      'Version 1.2.3, up for 0s.',
      'Boxes: 1 active, 0 waiting, 0 not up to date, 0 parked.',
      'Sessions:',
      '  main  active            channel chan, post post',
      '  ********  ready (done)  no post: DEFAULT_CHANNEL is not set',
      '  asks  waiting           no post: it is not written yet',
      '',
    ]);
  });

  it('lists the open tasks that the watcher tells of, in a table or as JSON, secrets masked', async () => {
    const env = scratch({ FAKE_DAEMON: 'serves', HEALTH_PORT: String(await freePort()) });
    await running(env);
    const table = await cli(MAIN, ['tasks'], { PID_FILE: env.PID_FILE }).ended;
    expect({ code: table.code, err: table.err }).toEqual({ code: 0, err: '' });
    expect(table.out.split('\n').map((line) => line.replaceAll(/  +/g, ' | '))).toEqual([
      'TASK | STATE | FOR | METERS | WAITS AND WARNINGS',
      expect.stringMatching(/^T-1 node-a \| active \| \d+s \| Budget 7\/10 \| it used \*{8}$/),
      '',
    ]);
    const json = await cli(MAIN, ['tasks', '--json'], { PID_FILE: env.PID_FILE }).ended;
    expect(JSON.parse(json.out)).toMatchObject({
      tasks: [{ title: 'T-1 node-a', address: 'mesh:task:T-1', meters: [{ used: 7, of: 10 }] }],
    });
  });

  it('lists the open cards of the kanban file of openclaw-node (N-22), whether a watcher runs or not, secrets masked', async () => {
    const env = scratch();
    mkdirSync(join(env.STATE_DIR, 'memory'), { recursive: true });
    const file = join(env.STATE_DIR, 'memory', 'active-tasks.md');
    writeFileSync(
      file,
      `# Active Tasks\n\n- task_id: T-1\n  title: Ship it with ghp_${'a1B2'.repeat(9)}\n  status: running\n  owner: main\n`,
    );
    const cards = await cli(MAIN, ['tasks'], { ...env, OPENCLAW_NODE_DIR: env.STATE_DIR }).ended;
    expect(cards).toMatchObject({ code: 3, out: expect.stringMatching(/^CARD +STATUS[^]*\nT-1 +running +main +Ship it with/) });
    expect(cards.out).not.toContain('ghp_a1B2');
    rmSync(file);
    const gone = await cli(MAIN, ['tasks', '--json'], { ...env, OPENCLAW_NODE_DIR: env.STATE_DIR }).ended;
    expect(gone).toMatchObject({ code: 3, out: '{}\n', err: expect.stringContaining('active-tasks.md cannot be read (missing)') });
  });

  it('says that no tasks are known where no watcher runs, or where it serves no pages', async () => {
    const env = scratch();
    expect(await cli(MAIN, ['tasks'], env).ended).toMatchObject({ code: 3, out: '', err: 'live-status is stopped.\n' });
    const off = scratch({ HEALTH_PORT: '0' });
    await running(off);
    expect(await cli(MAIN, ['tasks'], { PID_FILE: off.PID_FILE }).ended).toMatchObject({
      code: 1,
      err: expect.stringContaining('HEALTH_PORT=0'),
    });
  });

  it('sends the token, also from its file, and says what to do without one', async () => {
    const env = scratch({
      FAKE_DAEMON: 'serves',
      HEALTH_PORT: String(await freePort()),
      HEALTH_HOST: '0.0.0.0',
      HEALTH_TOKEN: 'of-health',
    });
    await running(env);
    const tokenFile = join(env.STATE_DIR, 'token');
    writeFileSync(tokenFile, 'of-health\n');
    const told = async (tokens: NodeJS.ProcessEnv) => (await cli(MAIN, ['status'], { PID_FILE: env.PID_FILE, ...tokens }).ended).out;
    expect(await told({ HEALTH_TOKEN: 'of-health' })).toContain('Version 1.2.3');
    expect(await told({ HEALTH_TOKEN_FILE: tokenFile })).toContain('Version 1.2.3');
    for (const tokens of [{}, { HEALTH_TOKEN: 'wrong' }])
      expect(await told(tokens)).toMatch(/Health: it asks for a token. Set HEALTH_TOKEN/);
  });

  it.skipIf(process.getuid?.() !== 0)('never sends the token where a PID file of somebody else leads', async () => {
    const heard: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      heard.push(request.headers.authorization);
      response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const env = scratch();
    const stranger = spawn('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', 'sleep', '60']);
    toEnd.add(stranger.pid ?? 0);
    await expect.poll(() => lookAtProcess(stranger.pid ?? 0)).toMatchObject({ uid: 65_534 });
    const seen = lookAtProcess(stranger.pid ?? 0);
    const mark = seen.kind === 'alive' ? seen.startMark : '';
    writeFileSync(env.PID_FILE, `${stranger.pid}\n${mark}\nhttp://127.0.0.1:${(server.address() as AddressInfo).port}/health\n`);
    chownSync(env.PID_FILE, 65_534, 65_534);
    expect((await cli(MAIN, ['status'], { PID_FILE: env.PID_FILE, HEALTH_TOKEN: 'of-health' }).ended).code).toBe(0);
    expect(heard).toEqual([undefined]);
    server.close();
  });

  it('says that the health is not known when nobody answers, or when it is off', async () => {
    const silent = scratch({ HEALTH_PORT: String(await freePort()) });
    await running(silent);
    expect(await cli(MAIN, ['status'], silent).ended).toMatchObject({ code: 0, out: expect.stringContaining('does not answer') });
    const off = scratch();
    await running(off);
    expect(await cli(MAIN, ['status'], off).ended).toMatchObject({ code: 0, out: expect.stringContaining('HEALTH_PORT=0') });
  });
});
