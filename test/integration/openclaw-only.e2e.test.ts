// Where only OpenClaw is, the sources of coding agents do not exist: nothing more is asked, watched or read.

import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createRig } from './harness.ts';

const QUIET_MS = 3_000;

/** What a watcher has asked for and watches some seconds after its start. */
async function seenOf(env: NodeJS.ProcessEnv) {
  const requests: string[] = [];
  const rig = await createRig({ onRequest: (method, path) => requests.push(`${method} ${path}`) });
  onTestFinished(() => rig.close());
  rig.writer.session('agent:main:main', { sessionId: randomUUID() });
  const watcher = await (await rig.watcher(env)).ready();
  await sleep(QUIET_MS);
  const sources = (await watcher.health()).sources.map(({ name }) => name);
  return { requests: requests.toSorted(), sources, watches: watchesOf(watcher.child.pid ?? 0) };
}

/** How many files and folders the system watches for a process. */
function watchesOf(pid: number): number {
  const descriptors = readdirSync(`/proc/${pid}/fdinfo`).map((fd) => readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'));
  return descriptors.join('').match(/^inotify wd:/gm)?.length ?? 0;
}

it('without the folders of coding agents a watcher asks and watches what one of OpenClaw alone does', { timeout: 60_000 }, async () => {
  const found = await seenOf({});
  expect(found.sources).toEqual(['transcripts']);
  expect(found.watches).toBeGreaterThan(0);
  expect(found).toEqual(await seenOf({ SOURCES: 'files' }));
});
