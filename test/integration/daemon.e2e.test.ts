// The daemon as a process against the stand-in. `LIVE_STATUS_BIN` and `LIVE_STATUS_NODE` let the same test judge the built
// package under another Node.

import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HealthReport } from '../../src/health/health-report.ts';
import { SAMPLE, sampleSeed } from '../../src/stand-in/sample-seed.ts';
import { type StandInServer, serveStandIn } from '../../src/stand-in/server.ts';
import { createStandIn, type StandIn } from '../../src/stand-in/stand-in.ts';
import { MAIN } from './cli-process.ts';
import { OpenClawWriter } from './openclaw-writer.ts';

const SECRET_TEXT = 'the-agent-said-this-and-no-log-may-repeat-it';
const KEY = `agent:main:mattermost:channel:${SAMPLE.publicId}`;

let folder: string;
let standIn: StandIn;
let server: StandInServer;
let writer: OpenClawWriter;
let daemon: ChildProcess;
let output: string;
let healthUrl: string;

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function start(extra: NodeJS.ProcessEnv = {}): Promise<void> {
  const port = await freePort();
  healthUrl = `http://127.0.0.1:${port}/health`;
  output = '';
  daemon = spawn(
    process.env['LIVE_STATUS_NODE'] ?? process.execPath,
    ['--disable-warning=ExperimentalWarning', process.env['LIVE_STATUS_BIN'] ?? MAIN, 'run'],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        MM_URL: server.url,
        MM_TOKEN: SAMPLE.botToken,
        TRANSCRIPT_DIR: join(folder, 'agents'),
        STATE_DIR: join(folder, 'state'),
        PID_FILE: join(folder, 'x.pid'),
        HEALTH_PORT: String(port),
        OPEN_AFTER_MS: '0',
        LOG_LEVEL: 'debug',
        ...extra,
      },
    },
  );
  daemon.stdout?.on('data', (data: Buffer) => (output += data.toString()));
  daemon.stderr?.on('data', (data: Buffer) => (output += data.toString()));
  await until('the daemon is connected', () => output.includes('Connected to Mattermost') && output.includes('The watcher runs'));
}

async function stop(signal: NodeJS.Signals): Promise<number | null> {
  const ended = once(daemon, 'exit');
  daemon.kill(signal);
  const [code] = (await ended) as [number | null];
  return code;
}

async function until(what: string, holds: () => boolean | Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(50)) if (await holds()) return;
  throw new Error(`never came true: ${what}\n${output}\n${JSON.stringify(boxes())}`);
}

/** What each box says: title and lines. */
function boxes(): string[] {
  return standIn.posts().map((post) => {
    const [attachment] = (post.props['attachments'] ?? []) as { title: string; fields: { value: string }[] | null }[];
    return [attachment?.title, attachment?.fields?.[0]?.value].join('\n');
  });
}

const health = async (): Promise<HealthReport> => (await (await fetch(healthUrl)).json()) as HealthReport;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'live-status-e2e-'));
  standIn = createStandIn({ clock: { now: () => Date.now() }, seed: sampleSeed() });
  server = await serveStandIn(standIn, { port: 0 });
  writer = new OpenClawWriter(join(folder, 'agents'));
});

afterEach(async () => {
  if (daemon?.exitCode === null && daemon.signalCode === null) await stop('SIGKILL');
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the daemon', () => {
  it('shows a turn with a burst of tools and a sub-agent in one post, and leaves nothing behind when it is stopped', async () => {
    await start();
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
    await until('the sub-agent is nested and running', () =>
      boxes().some((box) => box.includes('[ACTIVE] main') && box.includes('Counting.')),
    );
    expect(standIn.posts()).toHaveLength(1);
    expect(boxes()[0]).toMatch(/earlier lines/);
    expect(boxes()[0]).toContain('[ERR exit 3]');

    writer.result(child, 'k', 0);
    writer.assistant(child, 'Counted.');
    writer.assistant(parent, 'All done.');
    writer.unlock(parent);
    await until('the end is shown', () => boxes().some((box) => box.startsWith('[DONE] main')));
    expect(boxes()[0]).toContain('counter');
    // Where other programs have used up the machine's file watches, the watcher polls and says so.
    expect((await health()).reason).toMatch(/every source is read and Mattermost answers|file events/);

    expect(await stop('SIGTERM')).toBe(0);
    expect(existsSync(join(folder, 'x.pid'))).toBe(false);
    expect(output).not.toContain(SECRET_TEXT);
    expect(output).not.toContain(SAMPLE.botToken);
    expect(standIn.posts().every((post) => post.type === 'custom_livestatus')).toBe(true);
  });

  it('marks a running box as interrupted at SIGTERM, and the next start takes the same post up again', async () => {
    await start();
    const session = randomUUID();
    writer.session(KEY, { sessionId: session });
    writer.user(session, 'please');
    writer.assistant(session, 'Working.', [{ id: 'c', name: 'exec', arguments: { command: 'make' } }]);
    await until('the box is there', () => boxes().some((box) => box.includes('[ACTIVE]')));
    const stoppedAt = Date.now();
    expect(await stop('SIGTERM')).toBe(0);
    expect(Date.now() - stoppedAt).toBeLessThan(10_000);
    expect(boxes()).toEqual([expect.stringContaining('[INTERRUPTED]')]);

    await start();
    await until('the same post runs again', () => boxes().some((box) => box.includes('[ACTIVE]')));
    writer.result(session, 'c', 0);
    writer.assistant(session, 'Made.');
    await until('the same post ends', () => boxes().some((box) => box.includes('[DONE]')));
    expect(standIn.posts()).toHaveLength(1);
    await stop('SIGTERM');
  });

  it('says once what is wrong with its input, counts it in health, and goes on with the rest', async () => {
    const bad = writer.dir;
    writeFileSync(join(bad, 'sessions.json'), '{ half');
    writeFileSync(join(bad, `${randomUUID()}.jsonl`), Buffer.from([0, 255, 1, 2, 10, 123, 10]));
    mkdirSync(join(bad, `${randomUUID()}.jsonl`));
    symlinkSync('/etc/passwd', join(bad, `${randomUUID()}.jsonl`));
    const long = randomUUID();
    writer.raw(long, `${'x'.repeat(10_000_000)}\n`);
    await start();
    const problems = async () => Object.keys((await health()).sources[0]?.problems ?? {});
    await until('the broken index is counted', async () => (await problems()).includes('index_broken'));
    const good = randomUUID();
    writer.session(KEY, { sessionId: good });
    writer.user(good, 'please');
    writer.assistant(good, 'Still here.', [{ id: 'c', name: 'exec', arguments: { command: 'ls' } }]);
    await until('the good session is shown', () => boxes().some((box) => box.includes('Still here.')));
    await until('the long line is counted', async () => (await problems()).includes('long_line'));
    expect(await problems()).toEqual(expect.arrayContaining(['index_broken', 'not_a_file', 'symlink', 'long_line']));
    const unknown = (await health()).sources[0]?.unknownKinds ?? {};
    expect(Object.keys(unknown)).not.toHaveLength(0);
    expect(output.match(/session index/g)?.length ?? 0).toBeLessThan(6);
    await stop('SIGTERM');
  });

  it('waits for a directory that is not there and for a Mattermost that is down', async () => {
    await server.down();
    rmSync(join(folder, 'agents'), { recursive: true });
    const starting = start();
    await until('the health page answers', async () => (await fetch(healthUrl).catch(() => undefined)) !== undefined);
    expect((await health()).status).not.toBe('ok');
    await server.up();
    await starting;
    writer = new OpenClawWriter(join(folder, 'agents'));
    const session = randomUUID();
    writer.session(KEY, { sessionId: session });
    writer.user(session, 'please');
    writer.assistant(session, 'Late but here.', [{ id: 'c', name: 'exec', arguments: { command: 'ls' } }]);
    await until('the box appears', () => boxes().some((box) => box.includes('Late but here.')));
    await stop('SIGTERM');
  });
});
