// What is beside the rollouts in a home and is not what it should be: nobody waits for it, and the threads are shown.

import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { createCodexHome } from '../../../../src/sources/codex/codex-home.ts';
import { tempFolder } from '../../../support/temp-folder.ts';
import { eventually } from '../../../support/until.ts';
import { newMemory, portsFor, started } from '../coding-agents/running.ts';
import { rolloutHead, rolloutLine } from './rollout-writer.ts';

vi.setConfig({ testTimeout: 60_000 });

const THREAD = '01a21a29-c297-7d21-afe7-0725c7314609';
const BESIDE: readonly string[] = [
  'session_index.jsonl',
  join('app-server-control', 'app-server-control.sock'),
  join('sessions', '2026', '11', '26'),
];

it.each([
  ['pipes', (path: string) => execFileSync('mkfifo', [path])],
  ['links to a file elsewhere', (path: string, secret: string) => symlinkSync(secret, path)],
  ['folders', (path: string) => mkdirSync(path)],
  ['nested without an end', (path: string) => writeFileSync(path, '['.repeat(200_000))],
])('an index, a socket and a day that are %s hold up nobody', async (_what, make) => {
  const [home, memory, secret] = [tempFolder('codex'), newMemory(), join(tempFolder('elsewhere'), 'secret.jsonl')];
  writeFileSync(secret, `${JSON.stringify({ id: THREAD, thread_name: 'CANARY' })}\n`);
  const path = join(home, 'sessions', '2026', '11', '27', `rollout-2026-11-27T09-00-00-${THREAD}.jsonl`);
  mkdirSync(dirname(path), { recursive: true });
  for (const name of BESIDE) {
    mkdirSync(dirname(join(home, name)), { recursive: true });
    make(join(home, name), secret);
  }
  writeFileSync(path, rolloutHead(THREAD));
  await started(createCodexHome({ ...portsFor({ memory }), home, polling: false, locks: { listing: '/nowhere/locks' } }));
  appendFileSync(
    path,
    rolloutLine('response_item', { type: 'function_call', name: 'exec_command', arguments: '{"cmd":"ls"}', call_id: 'c1' }),
  );
  await eventually(() => expect(memory.events.map(({ type }) => type)).toContain('tool_started'));
  expect(JSON.stringify(memory.events)).not.toContain('CANARY');
});
