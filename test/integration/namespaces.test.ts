// Where the processes of others cannot be seen, as in a container and behind the sandbox of a unit, nobody is taken for dead.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { lookAtProcess } from '../../src/process/process-identity.ts';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { FAKE, MAIN, scratch } from './cli-process.ts';
import { createRig } from './harness.ts';
import { canHideProcesses, HIDDEN_PROC, OWN_PROCESSES } from './own-namespace.ts';
import { until } from '../support/until.ts';

const NOBODY = 65_534;
const LOOKS_MS = 7_000; // locks are looked at every two seconds

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  said(): string;
}

function start(prefix: readonly string[], args: readonly string[], env: NodeJS.ProcessEnv): Started {
  const [program = '', ...rest] = [...prefix, process.execPath, ...args];
  const child = spawn(program, rest, { env });
  started.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (said += data.toString()));
  return { child, said: () => said, ended: new Promise((resolve) => child.once('close', resolve)) };
}

async function startReady(prefix: readonly string[], env: NodeJS.ProcessEnv): Promise<Started> {
  const daemon = start(prefix, [FAKE, 'run'], env);
  await until('it runs', () => daemon.said().includes('Ready'), { detail: daemon.said });
  return daemon;
}

describe.skipIf(!canHideProcesses)('the PID file of a watcher that another container cannot see', { timeout: 60_000 }, () => {
  it.each([
    ['one that runs outside', [], OWN_PROCESSES],
    ['one that runs in a container', OWN_PROCESSES, []],
    ['one that runs in another container', OWN_PROCESSES, OWN_PROCESSES],
  ])('keeps a second one away from %s, also by stop and status, and no longer than it runs', async (_what, first, second) => {
    const env = scratch();
    const { child, ended } = await startReady(first, env);
    const run = start(second, [FAKE, 'run'], env);
    expect({ code: await run.ended, said: run.said() }).toEqual({
      code: 75,
      said: expect.stringContaining('of another container holds it'),
    });
    const status = start(second, [MAIN, 'status'], env);
    expect({ code: await status.ended, said: status.said() }).toEqual({ code: 4, said: expect.stringContaining('It is unknown whether') });
    const stop = start(second, [MAIN, 'stop'], env);
    expect({ code: await stop.ended, said: stop.said() }).toEqual({ code: 1, said: expect.stringContaining('Nothing was stopped') });
    expect(existsSync(env.PID_FILE)).toBe(true);
    child.kill('SIGKILL');
    await ended;
    await startReady(second, env);
  });
});

/** A process of another user. */
async function ofNobody(): Promise<number> {
  const child = spawn('setpriv', [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', 'sleep', '120']);
  started.push(child);
  await expect.poll(() => lookAtProcess(child.pid ?? 0)).toMatchObject({ uid: NOBODY });
  return child.pid ?? 0;
}

describe.skipIf(!canHideProcesses)('the owner of a lock that cannot be seen', { timeout: 60_000 }, () => {
  it.each([
    ['in a namespace of its own', OWN_PROCESSES],
    ['behind a hidden /proc', HIDDEN_PROC],
  ])('is unknown to a watcher %s: its turn goes on, and nothing is lost', async (_what, prefix) => {
    const owner = await ofNobody();
    expect(spawnSync(prefix[0], [...prefix.slice(1), 'test', '-e', `/proc/${owner}/stat`]).status).toBe(1);
    const rig = await createRig();
    rig.writer.session(`agent:main:mattermost:channel:${SAMPLE.publicId}`, { sessionId: 'held' });
    writeFileSync(join(rig.writer.dir, 'held.jsonl.lock'), JSON.stringify({ pid: owner, createdAt: new Date().toISOString() }));
    const watcher = await rig.watcher({}, { prefix });
    await watcher.ready();
    rig.writer.user('held', 'please');
    rig.writer.assistant('held', 'Looking.', [{ id: 'c1', name: 'exec', arguments: { command: 'make' } }]);
    await until('there is a box', () => rig.boxes().some(({ title }) => title.includes('[ACTIVE]')), { detail: () => watcher.output });
    await sleep(LOOKS_MS);
    expect(rig.boxes().map(({ title }) => title)).toEqual([expect.stringContaining('[ACTIVE] main')]);
    await watcher.stop('SIGKILL');
    await rig.close();
  });
});
