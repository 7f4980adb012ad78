// What following files asks of the file system. Each figure is a cost that was removed once.

import { appendFileSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Clock } from '../../../src/core/clock.ts';
import { createFileProblems, fileSentences } from '../../../src/files/file-problems.ts';
import { type FollowedFile, newFile } from '../../../src/files/followed-file.ts';
import { FollowedFiles } from '../../../src/files/followed-files.ts';
import { hashKeyOf } from '../../../src/files/seen-entries.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import { countFileCalls } from '../../support/file-calls.ts';
import { tempFolderInMemory } from '../../support/temp-folder.ts';
import { GatewayWriter, header, turn } from '../sources/openclaw/transcripts/gateway-writer.ts';
import { watch } from '../sources/openclaw/transcripts/running-transcripts.ts';
import { eventually } from '../../support/until.ts';

interface Said {
  at: number;
  text: string;
}

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const SETTLED_MS = 2_200; // until then a file that was just written may change and look the same

function follow(names: readonly string[]) {
  const dir = tempFolderInMemory();
  const said: string[] = [];
  const files = new FollowedFiles<Said, FollowedFile<Said>>({
    root: dir,
    clock: systemClock,
    problems: createFileProblems({ sentences: fileSentences('log'), ofFolders: [] }, quiet, systemClock),
    format: {
      newDecoder: () => (text) => ({ events: [{ at: 1_000, text }] }),
      entriesOf: (line) => [{ text: line, key: hashKeyOf(line) }],
      opens: () => true,
      hasEnded: () => false,
    },
    emit: (_file, events) => said.push(...events.map(({ text }) => text)),
    onProgress: () => undefined,
    onEnded: () => undefined,
  });
  const paths = names.map((name) => join(dir, name));
  for (const path of paths) writeFileSync(path, 'one\n');
  const look = (path: string) => files.look(path, true, () => newFile(path));
  return { files, said, paths, lookAtAll: () => Promise.all(paths.map(async (path) => look(path))) };
}

it('a line that was appended to a file in use costs one look and the reading, and nothing is opened', async () => {
  const { files, said, paths, lookAtAll } = follow(['a']);
  const [path = ''] = paths;
  await lookAtAll();
  const calls = countFileCalls();
  for (let line = 0; line < 10; line++) {
    appendFileSync(path, `line ${line}\n`);
    calls.take();
    await files.read(path);
    expect(calls.take()).toEqual({ lstatSync: 1, readSync: 2 });
  }
  expect(said).toHaveLength(11);
});

it('a sweep over files in use in which nothing has happened looks at each of them once and reads nothing', async () => {
  const { files, paths, lookAtAll } = follow(Array.from({ length: 20 }, (_, number) => `file${number}`));
  await lookAtAll();
  await sleep(SETTLED_MS);
  await files.sweep();
  const calls = countFileCalls();
  await files.sweep();
  expect(calls.take()).toEqual({ lstatSync: paths.length, realpathSync: 2 });
});

it('while nothing happens there is one timer, folders are not listed, and indexes and transcripts are not opened', {
  timeout: 60_000,
}, async () => {
  const root = join(tempFolderInMemory(), 'agents');
  const old = new Date(Date.now() - 86_400_000);
  const names = Array.from({ length: 30 }, (_, number) => `agent${number}`);
  for (const name of names) {
    const gateway = new GatewayWriter(join(root, name, 'sessions'));
    gateway.index(`agent:${name}:main`, { sessionId: 's1' });
    for (const id of ['s1', 's2', 's3']) gateway.append(id, header(id), turn('1', old.getTime()));
    for (const file of readdirSync(gateway.folder)) utimesSync(join(gateway.folder, file), old, old);
    utimesSync(gateway.folder, old, old);
  }
  mkdirSync(join(root, 'later'));
  const delays: number[] = [];
  const after: Clock['after'] = (delayMs, run) => {
    delays.push(delayMs);
    return systemClock.after(delayMs, run);
  };
  const { source } = await watch(root, { clock: { ...systemClock, after } });
  const sweepMs = 5_000;
  await sleep(sweepMs / 2); // what was looked at a moment ago may be looked at once more
  delays.length = 0;
  const calls = countFileCalls();
  await sleep(sweepMs);
  expect(delays).toEqual([sweepMs]);
  const { lstatSync = 0, ...others } = calls.take();
  expect(others).toEqual({ readdirSync: 1, statSync: 1 });
  expect(lstatSync).toBeGreaterThan(0);
  expect(lstatSync).toBeLessThanOrEqual(names.length * 5 + 1); // folder, index and three transcripts each, and the folder that comes later
  await eventually(() => expect(source.details().files).toBe(names.length * 3));
});
