// The daemon as a process against the stand-in. `LIVE_STATUS_BIN` and `LIVE_STATUS_NODE` let the same test judge the built
// package under another Node.

import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { until } from '../support/until.ts';
import { createRig, type Rig, type Watcher } from './harness.ts';
import { OpenClawWriter } from './openclaw-writer.ts';

const SECRET_TEXT = 'the-agent-said-this-and-no-log-may-repeat-it';
const KEY = `agent:main:mattermost:channel:${SAMPLE.publicId}`;

let rig: Rig;

async function start(env: Record<string, string> = {}): Promise<Watcher> {
  return (await rig.watcher(env)).ready();
}

/** What each box says: title and lines. */
function boxes(): string[] {
  return rig.boxes().map(({ title, text }) => `${title}\n${text}`);
}

function seen(what: string, isIt: (box: string) => boolean): Promise<void> {
  return until(what, () => boxes().some(isIt), { detail: () => boxes().join('\n\n') });
}

beforeEach(async () => {
  rig = await createRig();
});

afterEach(() => rig.close());

describe('the daemon', () => {
  it('shows a turn with a burst of tools and a sub-agent in one post, and leaves nothing behind when it is stopped', async () => {
    const { writer } = rig;
    const watcher = await start({ LOG_LEVEL: 'debug' });
    const [parent, child] = [randomUUID(), randomUUID()];
    const childKey = `agent:main:subagent:${randomUUID()}`;
    writer.session(KEY, { sessionId: parent });
    writer.lock(parent);
    writer.user(parent, 'please');
    for (let i = 0; i < 40; i++) {
      writer.assistant(parent, i === 0 ? SECRET_TEXT : '', [{ id: `c${i}`, name: 'exec', arguments: { command: `step ${i}` } }]);
      writer.result(parent, `c${i}`, i === 39 ? 3 : 0);
    }
    writer.assistant(parent, 'Now a sub-agent.', [{ id: 'spawn', name: 'sessions_spawn', arguments: { task: 'count', label: 'counter' } }]);
    writer.result(parent, 'spawn', 0, { childSessionKey: childKey });
    writer.session(childKey, { sessionId: child, spawnedBy: KEY, label: 'counter' });
    writer.user(child, '[Subagent Context] You are running as a subagent (depth 1/1)');
    writer.assistant(child, 'Counting.', [{ id: 'k', name: 'exec', arguments: { command: 'wc -l' } }]);
    await seen('the sub-agent is nested and running', (box) => box.includes('[ACTIVE] main') && box.includes('Counting.'));
    expect(rig.boxes()).toHaveLength(1);
    expect(boxes()[0]).toMatch(/earlier lines/);
    expect(boxes()[0]).toContain('[ERR exit 3]');

    writer.result(child, 'k', 0);
    writer.assistant(child, 'Counted.');
    writer.assistant(parent, 'All done.');
    writer.unlock(parent);
    await seen('the end is shown', (box) => box.startsWith('[DONE] main'));
    expect(boxes()[0]).toContain('counter');
    // Where other programs have used up the machine's file watches, the watcher polls and says so.
    expect((await watcher.health()).reason).toMatch(/every source is read and Mattermost answers|file events/);

    expect(await watcher.stop('SIGTERM')).toBe(0);
    expect(existsSync(join(rig.folder, 'x.pid'))).toBe(false);
    for (const told of ['A turn began.', '"reason":"opened"', '"reason":"ended"', 'A turn ended.']) expect(watcher.output).toContain(told);
    expect(watcher.output).not.toContain(SECRET_TEXT);
    expect(watcher.output).not.toContain(SAMPLE.botToken);
    expect(rig.standIn.posts().every((post) => post.type === 'custom_livestatus')).toBe(true);
  });

  it('marks a running box as interrupted at SIGTERM, and the next start takes the same post up again', async () => {
    const { writer } = rig;
    const first = await start();
    const session = randomUUID();
    writer.session(KEY, { sessionId: session });
    writer.user(session, 'please');
    writer.assistant(session, 'Working.', [{ id: 'c', name: 'exec', arguments: { command: 'make' } }]);
    await seen('the box is there', (box) => box.includes('[ACTIVE]'));
    const stoppedAt = Date.now();
    expect(await first.stop('SIGTERM')).toBe(0);
    expect(Date.now() - stoppedAt).toBeLessThan(10_000);
    expect(boxes()).toEqual([expect.stringContaining('[INTERRUPTED]')]);

    await start();
    await seen('the same post runs again', (box) => box.includes('[ACTIVE]'));
    writer.result(session, 'c', 0);
    writer.assistant(session, 'Made.');
    await seen('the same post ends', (box) => box.includes('[DONE]'));
    expect(rig.boxes()).toHaveLength(1);
  });

  it('says once what is wrong with its input, counts it in health, and goes on with the rest', async () => {
    const { writer } = rig;
    const bad = writer.dir;
    writeFileSync(join(bad, 'sessions.json'), '{ half');
    writeFileSync(join(bad, `${randomUUID()}.jsonl`), Buffer.from([0, 255, 1, 2, 10, 123, 10]));
    mkdirSync(join(bad, `${randomUUID()}.jsonl`));
    symlinkSync('/etc/passwd', join(bad, `${randomUUID()}.jsonl`));
    const long = randomUUID();
    writer.raw(long, `${'x'.repeat(10_000_000)}\n`);
    const watcher = await start();
    const problems = async () => Object.keys((await watcher.health()).sources[0]?.problems ?? {});
    await until('the broken index is counted', async () => (await problems()).includes('index_broken'));
    const good = randomUUID();
    writer.session(KEY, { sessionId: good });
    writer.user(good, 'please');
    writer.assistant(good, 'Still here.', [{ id: 'c', name: 'exec', arguments: { command: 'ls' } }]);
    await seen('the good session is shown', (box) => box.includes('Still here.'));
    await until('the long line is counted', async () => (await problems()).includes('long_line'));
    expect(await problems()).toEqual(expect.arrayContaining(['index_broken', 'not_a_file', 'symlink', 'long_line']));
    const unknown = (await watcher.health()).sources[0]?.unknownKinds ?? {};
    expect(Object.keys(unknown)).not.toHaveLength(0);
    expect(watcher.output.match(/session index/g)?.length ?? 0).toBeLessThan(6);
  });

  it('waits for a directory that is not there and for a Mattermost that is down', async () => {
    await rig.server.down();
    const agents = join(rig.folder, 'agents');
    rmSync(agents, { recursive: true });
    const watcher = await rig.watcher();
    await until('the health page answers', async () => (await watcher.health().catch(() => undefined)) !== undefined);
    expect((await watcher.health()).status).not.toBe('ok');
    await rig.server.up();
    await watcher.ready();
    const writer = new OpenClawWriter(agents);
    const session = randomUUID();
    writer.session(KEY, { sessionId: session });
    writer.user(session, 'please');
    writer.assistant(session, 'Late but here.', [{ id: 'c', name: 'exec', arguments: { command: 'ls' } }]);
    await seen('the box appears', (box) => box.includes('Late but here.'));
  });
});
