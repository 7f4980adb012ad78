// The demo as a process. `LIVE_STATUS_BIN` lets the same test judge the built package.

import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenTask } from '../../src/core/open-tasks.ts';
import type { Post } from '../../src/stand-in/post.ts';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { type Cli, cli, MAIN } from './cli-process.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { inherited } from '../support/inherited.ts';

let folder: string;
let home: string;

/** Settings and agents of the person who runs it are in the environment, too: the demo must not use them. */
function demo(...args: string[]): Cli {
  const env = {
    ...inherited(),
    TMPDIR: folder,
    MM_URL: 'https://chat.example.org',
    MM_TOKEN: 'not-a-real-token',
    THROTTLE_MS: 'soon',
    HOME: home,
    CLAUDE_CONFIG_DIR: join(home, '.claude'),
    CODING_HOMES: home,
    ROUTES: 'claude-code:*=lab/agents+prompts',
  };
  return cli(process.env['LIVE_STATUS_BIN'] ?? MAIN, ['demo', '--port', '0', ...args], env);
}

function urlIn(text: string, pattern: RegExp): string {
  const url = pattern.exec(text)?.[1];
  if (url === undefined) throw new Error(`no ${pattern} in ${text}`);
  return url;
}

async function postsOf(url: string, channelId: string): Promise<Post[]> {
  const answer = await fetch(`${url}/api/v4/channels/${channelId}/posts`, { headers: { authorization: `Bearer ${SAMPLE.aliceToken}` } });
  const { posts } = (await answer.json()) as { posts: Record<string, Post> };
  return Object.values(posts);
}

/** A Claude Code session of the person who runs the demo, at work. */
function writePrivateSession(): void {
  const project = join(home, '.claude', 'projects', '-private');
  const sessionId = '5a8f7a39-50cf-4b4b-9c3e-0f4f6d3c7f11';
  const message = { role: 'user', content: 'private' };
  const line = { type: 'user', isSidechain: false, uuid: sessionId, sessionId, cwd: '/private', version: '2.1.332', message };
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, `${sessionId}.jsonl`), `${JSON.stringify({ ...line, timestamp: new Date().toISOString() })}\n`);
}

beforeEach(() => {
  folder = tempFolder('demo-test');
  home = tempFolder('demo-home');
  writePrivateSession();
});

afterEach(() => [folder, home].forEach((path) => rmSync(path, { recursive: true, force: true })));

describe('live-status demo', () => {
  it('--fast shows seven conversations in seven boxes, each with its true end, and ends by itself without leaving anything', async () => {
    const { code, out, err } = await demo('--fast').ended;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const summary = out.trim().split('\n').slice(-8);
    expect(summary.slice(0, 7).sort()).toEqual([
      expect.stringMatching(/^\[DONE\] analyst \| \d+s \| [\d.]+k tokens \| \$0\.\d+$/),
      expect.stringMatching(/^\[DONE\] claude-code · shop #[0-9a-f]{4} \| \d+s \| [\d.]+k tokens \| \$0\.18 \| 1 failed$/),
      expect.stringMatching(/^\[DONE\] codex · shop #[0-9a-f]{4} \| \d+s \| [\d.]+k tokens \| 1 failed$/),
      expect.stringMatching(/^\[DONE\] dev \| /),
      expect.stringMatching(/^\[DONE\] main \| /),
      expect.stringMatching(/^\[DONE\] research \| /),
      expect.stringMatching(/^\[ERROR\] 529 Overloaded \| ops \| /),
    ]);
    const [, boxes, posts, edits] = /^(\d+) boxes beside (\d+) posts of people and agents, (\d+) edits\.$/.exec(summary[7] ?? '') ?? [];
    expect({ boxes, posts }).toEqual({ boxes: '7', posts: '11' });
    expect(Number(edits)).toBeGreaterThan(10);
    expect(out).toMatch(/^ {2}#ops {5}\[RETRY\] \d \| ops /m);
    expect(out).toMatch(/^ {2}#shop {4}\[WAITING\] approval \| claude-code · shop /m);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('--with swarms also shows a plan and a collaboration that wait for a person, and a task that runs out of budget', async () => {
    const { code, out, err } = await demo('--fast', '--with', 'swarms').ended;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const narrated = out.split('\n').filter((line) => line.startsWith('  #swarm'));
    const states = (work: RegExp) =>
      narrated.filter((line) => work.test(line)).map((line) => line.slice(2).replaceAll(/^#swarm +| \|[^]*$/g, ''));
    expect(states(/plan team-feature/)).toEqual(expect.arrayContaining(['[WAITING] approval', '[WAITING] review']));
    expect(states(/circling/)).toContain('[WAITING] gate');
    expect(states(/task_\d+/).at(-1)).toBe('[STOPPED] budget');
    const ends = out.trim().split('\n').slice(-11);
    expect(ends).toEqual(
      expect.arrayContaining([expect.stringMatching(/^\[DONE\] plan team-feature/), expect.stringMatching(/^\[DONE\] T-\S+ circling/)]),
    );
    expect(ends.at(-1)).toMatch(/^10 boxes beside 11 posts/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('--with swarms tells of open tasks, plans and collaborations of both systems on one page', async () => {
    const running = demo('--with', 'swarms');
    await running.until(/\[WAITING\] gate[^]*circling/);
    const healthUrl = urlIn(running.said.out, /health at (http:\/\/\S+)\./);
    const { tasks } = (await (await fetch(new URL('/tasks', healthUrl))).json()) as { tasks: OpenTask[] };
    expect(tasks[0]).toMatchObject({ activity: 'waiting', waits: [{ on: 'gate' }], address: expect.stringMatching(/^mesh:collab:/) });
    expect(
      tasks
        .filter(({ depth }) => depth === 0)
        .map(({ address }) => address?.replace(/:[^:]*$/, ''))
        .sort(),
    ).toEqual(['mesh:collab', 'mesh:plan', 'network-ai:network-ai']);
    expect(tasks.find(({ address }) => address?.startsWith('network-ai:'))?.meters).toMatchObject([{ name: 'Budget', of: 1_000 }]);
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses another scene with exit code 64', async () => {
    expect(await demo('--with', 'fireworks').ended).toMatchObject({
      code: 64,
      out: '',
      err: expect.stringContaining('--with must be swarms'),
    });
  });

  it('shows a conversation with live boxes on its page until Ctrl-C, which ends it with exit code 0 and leaves nothing', async () => {
    const running = demo();
    await running.until(/#agents {2}\[ACTIVE\] dev/);
    const url = urlIn(running.said.out, /Open (http:\/\/\S+?)\/ /);
    const healthUrl = urlIn(running.said.out, /health at (http:\/\/\S+)\./);
    expect(await (await fetch(`${url}/`)).text()).toContain('<title>Live status');
    const pageUrl = urlIn(running.said.out, /(http:\/\/\S+) to see all boxes/);
    expect(await (await fetch(pageUrl)).text()).toContain('<title>Agents</title>');
    const posts = await postsOf(url, SAMPLE.publicId);
    expect(posts.map(({ user_id }) => user_id)).toEqual(expect.arrayContaining([SAMPLE.aliceId, SAMPLE.botId]));
    expect(posts.filter(({ user_id }) => user_id === SAMPLE.botId).map(({ type }) => type)).toContain('custom_livestatus');

    await running.until(/#shop {4}\[ACTIVE\] codex/);
    const health = await (await fetch(healthUrl)).json();
    expect(health).toMatchObject({ status: 'ok', boxes: { active: expect.any(Number) }, routes: { unrouted: [] } });
    expect(JSON.stringify(health)).not.toContain('private');

    running.child.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/\[INTERRUPTED\][^]*dev/) });
    await expect(fetch(healthUrl)).rejects.toThrow('fetch failed');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('ends with a failure that says why when its watcher is killed, and leaves nothing', async () => {
    const running = demo();
    await running.until(/\[ACTIVE\]/);
    const { pid } = (await (await fetch(urlIn(running.said.out, /health at (http:\/\/\S+)\./))).json()) as { pid: number };
    process.kill(pid, 'SIGKILL');
    const { code, err } = await running.ended;
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/^The demo failed: The watcher was ended by SIGKILL\./) });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says that a given port is taken and starts nothing', async () => {
    const running = demo();
    await running.until(/Open http/);
    const port = new URL(urlIn(running.said.out, /Open (http:\/\/\S+) /)).port;
    const second = await cli(process.env['LIVE_STATUS_BIN'] ?? MAIN, ['demo', '--port', port], {
      ...inherited(),
      TMPDIR: folder,
    }).ended;
    expect(second).toMatchObject({ code: 1, out: '', err: expect.stringContaining('EADDRINUSE') });
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(['nine', '70000', '-1', ''])('refuses %j as a port with exit code 64', async (port) => {
    expect(await cli(MAIN, ['demo', `--port=${port}`], { ...inherited(), TMPDIR: folder }).ended).toMatchObject({
      code: 64,
      out: '',
    });
  });
});
