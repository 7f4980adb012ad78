// What a machine does to the watcher process: it stops it, takes its disk, its file handles, its log's reader, its directory.

import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { boxesOf, createRig, type Rig, type Watcher } from './harness.ts';
import { OneAgent } from './one-agent.ts';
import { OpenClawWriter } from './openclaw-writer.ts';
import { until } from '../support/until.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
});
afterEach(() => rig.close());

/** Root may write anywhere, unless it gives that power up. */
const WITHOUT_POWER = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : [];

/**
 * The limit of a user namespace of its own, which ends with the process. Never `fs.inotify.*`: that is the whole machine's, and
 * root in such a namespace may write it.
 */
const WITHOUT_WATCHES = ['unshare', '-U', '-r', 'sh', '-c', 'echo 0 > /proc/sys/user/max_inotify_watches && exec "$@"', 'sh'];
const canTakeWatches = spawnSync('unshare', [...WITHOUT_WATCHES.slice(1), 'true']).status === 0;

function limit(watcher: Watcher, name: 'fsize' | 'nofile', value: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(watcher.child.pid), `--${name}=${value}:`]);
}

const has = (mark: string, title: string): boolean => rig.boxes().some((box) => box.title.startsWith(title) && box.text.includes(mark));

async function shows(mark: string, title: '[ACTIVE]' | '[DONE]' | '[LOST]', watcher: Watcher): Promise<void> {
  await until(`${mark} is ${title}`, () => has(mark, title), { detail: () => `${JSON.stringify(rig.boxes())}\n${watcher.output}` });
}

async function showsOneTurn(agent: OneAgent, watcher: Watcher): Promise<void> {
  await shows(agent.begin(), '[ACTIVE]', watcher);
  await shows(agent.end(), '[DONE]', watcher);
}

/** Shown and left out. */
function linesIn(text: string): number {
  const [, ...lines] = text.split('\n');
  return lines.length + Number(/(\d+) earlier lines/.exec(text)?.[1] ?? 0);
}

describe('a process that stands still', () => {
  it('for ten seconds, while more is written than file events can tell, misses nothing and declares nothing over', async () => {
    const watcher = await (await rig.watcher({ COORDINATOR: 'off' })).ready(); // five thousand times the same step is a loop, which has a line of its own
    const agents = ['a', 'b', 'c', 'd'].map((name) => new OneAgent(rig.writer, name));
    for (const agent of agents) await shows(agent.begin(), '[ACTIVE]', watcher);
    const stoppedAt = performance.now();
    watcher.child.kill('SIGSTOP');
    // In turns, so that the system cannot fold the events of one file into one: 40,000 is over twice what its queue holds.
    for (let line = 0; line < 5_000; line++) for (const agent of agents) agent.step();
    await sleep(Math.max(0, 10_000 - (performance.now() - stoppedAt)));
    watcher.child.kill('SIGCONT');
    for (const agent of agents) await shows(`step 5001 of ${agent.mark}`, '[ACTIVE]', watcher);
    for (const agent of agents) await shows(agent.end(), '[DONE]', watcher);
    expect(rig.boxes()).toHaveLength(agents.length);
    // Of each step a text and a call, and the last word; a line that was missed would be missing here.
    for (const { text } of rig.boxes()) expect(linesIn(text)).toBe(2 * 5_001 + 1);
    expect(watcher.output).not.toContain('The clock was set or the machine slept');
    expect(
      rig
        .boxes()
        .flatMap(({ postId }) => rig.standIn.versionsOf(postId))
        .filter(({ post }) => JSON.stringify(post).includes('[LOST]')),
    ).toEqual([]);
  });

  it('for longer than a turn may be silent declares nothing over that it has not read yet', async () => {
    const watcher = await (await rig.watcher({ IDLE_TIMEOUT_S: '8', THROTTLE_MS: '300' })).ready();
    const agent = new OneAgent(rig.writer, 'a');
    await shows(agent.begin(), '[ACTIVE]', watcher);
    agent.pause();
    await until('its call is over', () => rig.boxes().every(({ text }) => !text.includes('…')), {
      detail: () => JSON.stringify(rig.boxes()),
    });
    watcher.child.kill('SIGSTOP');
    await sleep(10_000);
    agent.step();
    watcher.child.kill('SIGCONT');
    await shows(`step 2 of ${agent.mark}`, '[ACTIVE]', watcher);
    await shows(agent.end(), '[DONE]', watcher);
    const titles = rig.boxes().flatMap(({ postId }) => boxesOf(rig.standIn.versionsOf(postId).map(({ post }) => post)));
    expect(titles.filter(({ title }) => title.includes('no end seen'))).toEqual([]);
  });
});

describe('the log', () => {
  it('may lose its reader: boxes and health go on', async () => {
    const watcher = await (await rig.watcher({ LOG_LEVEL: 'trace' })).ready();
    watcher.child.stdout?.destroy();
    watcher.child.stderr?.destroy();
    const agent = new OneAgent(rig.writer, 'a');
    await showsOneTurn(agent, watcher);
    await showsOneTurn(agent, watcher);
    expect((await watcher.health()).status).toBe('ok');
    expect(await watcher.stop('SIGTERM')).toBe(0);
  });
});

describe('the state directory', () => {
  it('that is read-only is said in health, boxes go on, and the next start finds them by their posts', async () => {
    mkdirSync(join(rig.folder, 'state'), { mode: 0o500 });
    chmodSync(join(rig.folder, 'state'), 0o500);
    const first = await (await rig.watcher({}, { prefix: WITHOUT_POWER })).ready();
    const agent = new OneAgent(rig.writer, 'a');
    await showsOneTurn(agent, first);
    await shows(agent.begin(), '[ACTIVE]', first);
    expect(await first.health()).toMatchObject({
      status: 'degraded',
      reason: expect.stringContaining('what must survive a crash is not kept'),
    });
    await first.stop('SIGKILL');
    const second = await (await rig.watcher({}, { prefix: WITHOUT_POWER })).ready();
    await shows(agent.end(), '[DONE]', second);
    expect(rig.boxes()).toHaveLength(2);
  });

  it('on a full disk is said in health, boxes go on, and what was not kept is kept as soon as there is room', async () => {
    const watcher = await (await rig.watcher()).ready();
    const agent = new OneAgent(rig.writer, 'a');
    await showsOneTurn(agent, watcher);
    limit(watcher, 'fsize', 4_096); // no file grows beyond one page from now on
    await showsOneTurn(agent, watcher);
    const mark = agent.begin();
    await shows(mark, '[ACTIVE]', watcher);
    await until('health tells', async () => (await watcher.health()).reason.includes('what must survive a crash is not kept'));
    expect((await watcher.health()).status).toBe('degraded');
    expect(watcher.output.match(/The checkpoint cannot be written/g)).toHaveLength(1);
    limit(watcher, 'fsize', 'unlimited');
    await until('it is written again', async () => (await watcher.health()).status === 'ok', { detail: () => watcher.output });
    await watcher.stop('SIGKILL');
    const next = await (await rig.watcher()).ready();
    await shows(agent.end(), '[DONE]', next);
    expect(rig.boxes()).toHaveLength(3);
  });
});

describe('file handles', () => {
  it('that run out stop nothing for good: everything written meanwhile is shown once there are some', async () => {
    const watcher = await (await rig.watcher()).ready();
    const known = new OneAgent(rig.writer, 'a');
    await shows(known.begin(), '[ACTIVE]', watcher);
    limit(watcher, 'nofile', 8); // fewer than are open already: every open fails
    const others = Array.from({ length: 20 }, (_, index) => new OneAgent(rig.writer, `b${index}`));
    for (const agent of others) agent.begin();
    known.end();
    await watcher.says('No file handles are left');
    await sleep(3_000); // through a few sweeps and looks at the index
    expect(watcher.isRunning).toBe(true);
    limit(watcher, 'nofile', 4_096);
    for (const agent of others) await shows(agent.mark, '[ACTIVE]', watcher);
    await shows(known.mark, '[DONE]', watcher);
    for (const agent of others) await shows(agent.end(), '[DONE]', watcher);
    expect(rig.boxes()).toHaveLength(others.length + 1);
    expect(watcher.output.match(/No file handles are left/g)?.length).toBeLessThan(60);
  });
});

describe.each([
  ['file events', {}],
  ['polling', { WATCH_POLLING: '1' }],
])('the transcript directory, by %s,', (_name, env) => {
  it('may be removed, which ends what ran in it, and made anew', async () => {
    const watcher = await (await rig.watcher(env)).ready();
    const agent = new OneAgent(rig.writer, 'a');
    await showsOneTurn(agent, watcher);
    const lost = agent.begin();
    await shows(lost, '[ACTIVE]', watcher);
    rmSync(join(rig.folder, 'agents'), { recursive: true });
    await shows(lost, '[LOST]', watcher);
    await until('health tells', async () => (await watcher.health()).reason.includes('cannot be read'));
    await showsOneTurn(new OneAgent(new OpenClawWriter(join(rig.folder, 'agents')), 'b'), watcher);
    await until('health is well again', async () => (await watcher.health()).status === 'ok');
    expect(rig.boxes()).toHaveLength(3);
  });
});

it.runIf(canTakeWatches)('a system without file watches is polled, which the log and health say, and boxes go on', async () => {
  const watcher = await (await rig.watcher({}, { prefix: WITHOUT_WATCHES })).ready();
  const agent = new OneAgent(rig.writer, 'a');
  await showsOneTurn(agent, watcher);
  await showsOneTurn(agent, watcher);
  expect(await watcher.health()).toMatchObject({
    status: 'degraded',
    reason: expect.stringContaining('raise fs.inotify.max_user_watches'),
  });
  expect(watcher.output.match(/The system has no file watches left/g)).toHaveLength(1);
});
