// State files beside the sessions that are no files, or hold what no program writes: nobody waits for them, and what is right beside them counts.

import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { tempFolder } from '../../../support/temp-folder.ts';
import { eventually } from '../../../support/until.ts';
import { ownDomain, SessionWriter, startOf } from './session-writer.ts';
import { watch } from './watching.ts';

vi.setConfig({ testTimeout: 60_000 });

const DEEP = '['.repeat(200_000);

/** One of each kind, at that path. */
const ODD: readonly [what: string, make: (path: string, secret: string) => void][] = [
  ['pipes', (path) => execFileSync('mkfifo', [path])],
  ['links to a file elsewhere', (path, secret) => symlinkSync(secret, path)],
  ['folders', (path) => mkdirSync(path)],
  ['nested without an end', (path) => writeFileSync(path, DEEP)],
  ['NUL bytes', (path) => writeFileSync(path, '\0'.repeat(4_096))],
  ['far too long', (path) => writeFileSync(path, JSON.stringify({ pid: 80, waitingFor: 'CANARY'.repeat(200_000) }))],
  ['of another shape', (path) => writeFileSync(path, '{"pid":{},"sessionId":"__proto__","status":["waiting"],"procStart":-1}')],
];

it.each(ODD)('state files that are %s hold up nobody, at the start and later', async (_what, make) => {
  const base = tempFolder('hostile-state');
  const [dir, secret] = [join(base, '.claude'), join(base, 'secret.json')];
  mkdirSync(dir);
  const writer = new SessionWriter(dir);
  const live = writer.liveText({ pid: process.pid, procStart: startOf(process.pid), pidDomain: ownDomain(), status: 'waiting' });
  writeFileSync(secret, live.replace(/\d+/, '4711').replace('waiting', 'CANARY'));
  const paths = (number: number): string[] => [
    join(dir, 'sessions', `${4_000 + number}.json`),
    join(dir, 'jobs', `1234567${number}`, 'state.json'),
    join(dir, 'projects', '-home-dev-shop', writer.sessionId, 'subagents', `agent-a${number}.meta.json`),
  ];
  const place = (number: number): void => {
    for (const path of paths(number)) {
      mkdirSync(dirname(path), { recursive: true });
      make(path, secret);
    }
  };
  place(0);
  const { source, events } = await watch({ dirs: [dir] });
  onTestFinished(() => source.stop());
  place(1);
  writer.add(writer.prompt('Go.'), writer.calls('c1', 'Bash', { command: 'make' }));
  place(2);
  writer.live({ pid: process.pid, procStart: startOf(process.pid), pidDomain: ownDomain(), status: 'waiting' });
  await eventually(() => expect(events.map(({ type }) => type)).toContain('waiting_started'));
  writer.live({ pid: process.pid, procStart: startOf(process.pid), pidDomain: ownDomain() });
  await eventually(() => expect(events.map(({ type }) => type)).toContain('waiting_ended'));
  expect(JSON.stringify(events)).not.toContain('CANARY');
});
