// The daemon beside Codex: nothing leaves before a rule routes the project; then its turns are in one thread, with what the rule allows.

import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, type TestContext } from 'vitest';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';
import { rolloutHead, rolloutLine } from '../unit/sources/codex/rollout-writer.ts';
import { boxesOf, createRig, type Rig } from './harness.ts';

const WORKING_MS = 4_000; // longer than a box waits before it opens

/** A home of Codex with one thread in which nothing has happened yet. */
function newHome(): { home: string; write(...lines: string[]): void } {
  const home = tempFolder('codex-home');
  const path = join(home, '.codex', 'sessions', '2026', '11', '27', 'rollout-2026-11-27T09-00-00-t1.jsonl');
  mkdirSync(dirname(path), { recursive: true });
  return { home, write: (...lines) => appendFileSync(path, lines.join('')) };
}

async function rigFor({ onTestFinished }: TestContext, requests: string[]): Promise<Rig> {
  const rig = await createRig({ onRequest: (method, path) => requests.push(`${method} ${path}`) });
  onTestFinished(() => rig.close());
  return rig;
}

const works = () => [
  rolloutHead('t1'),
  rolloutLine('event_msg', { type: 'agent_message', message: 'canary-text' }),
  rolloutLine('response_item', { type: 'function_call', name: 'exec_command', arguments: '{"cmd":"canary-command"}', call_id: 'c1' }),
];

it('without a rule nothing is posted', async (context) => {
  const [requests, { home, write }]: [string[], ReturnType<typeof newHome>] = [[], newHome()];
  const rig = await rigFor(context, requests);
  await (await rig.watcher({ HOME: home })).ready();
  write(...works());
  await sleep(WORKING_MS);
  expect(requests.filter((request) => request.startsWith('POST') && request.includes('/posts'))).toEqual([]);
});

it('with a rule its turn has a box, without a word of what was said and run', async (context) => {
  const { home, write } = newHome();
  const rig = await rigFor(context, []);
  await (await rig.watcher({ HOME: home, ROUTES: `codex:*=${SAMPLE.publicId}` })).ready();
  write(...works());
  const boxes = () => boxesOf(rig.standIn.posts());
  await until('there is a box', () => boxes().some(({ title }) => title.includes('[ACTIVE]') && title.includes('shop')));
  const end = rolloutLine('event_msg', { type: 'task_complete', turn_id: 'turn-of-t1', last_agent_message: 'canary-text' });
  write(
    rolloutLine('response_item', {
      type: 'function_call_output',
      call_id: 'c1',
      output: 'Process exited with code 3\nOutput:\ncanary-output',
    }),
    end,
  );
  await until('it is done', () => boxes().some(({ title, text }) => title.includes('[DONE]') && text.includes('exit 3')), {
    detail: () => JSON.stringify(boxes()),
  });
  expect(JSON.stringify(rig.standIn.posts())).not.toContain('canary');
});
