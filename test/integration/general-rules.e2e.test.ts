// The daemon as it is without any setting of the coordinator: what an agent should not do is in its box and in a ledger of our own.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { until } from '../support/until.ts';
import { refusedLines } from '../unit/coordinator/ledger-recipe.ts';
import { createRig, type Rig } from './harness.ts';

const SESSION = '11111111-2222-4333-8444-555555555555';

let rig: Rig;

beforeEach(async () => {
  rig = await createRig();
});

afterEach(() => rig.close());

/** A new post has the words of agents in code spans, an edited one has not. */
function isThere(text: string): boolean {
  return rig.boxes().some((box) => `${box.title}\n${box.text}`.replaceAll('`', '').includes(text));
}

it('an agent that is not governed force-pushes and goes round in circles: one line each, counted, and one entry each', async () => {
  const state = join(rig.folder, 'own-state');
  const daemon = await rig.watcher({ STATE_DIR: state, HOME: rig.folder });
  await daemon.says('The watcher runs');
  const { writer } = rig;
  writer.session(`agent:main:mattermost:channel:${SAMPLE.publicId}`, { sessionId: SESSION });
  writer.user(SESSION, 'please');
  for (let time = 0; time < 12; time++) {
    const command = time < 2 ? 'git push --force origin main' : 'npm test';
    writer.assistant(SESSION, '', [{ id: `call-${time}`, name: 'exec', arguments: { command } }]);
    writer.result(SESSION, `call-${time}`, 1);
  }
  const detail = () => `${daemon.output}\n${JSON.stringify(rig.boxes())}`;
  await until('the push is shown', () => isThere('[VIOLATION] main force-pushed to a protected branch (×2)'), { detail });
  await until('the loop is shown', () => isThere('[VIOLATION] main: same call 10×'), { detail });
  expect(isThere('[NOTICE] main pushed to the protected branch main (×2)')).toBe(true);
  const ledger = join(state, 'audit_ledger.jsonl');
  const entries = () => (existsSync(ledger) ? readFileSync(ledger, 'utf8').trim().split('\n') : []);
  await until('the ledger has all of it', () => entries().length === 4, { detail });
  expect(refusedLines(readFileSync(ledger, 'utf8'))).toEqual([]);
  const actions = entries().map((line) => (JSON.parse(line) as { action: string }).action);
  expect(actions).toEqual(['genesis', 'force_push', 'protected_branch', 'loop']);
  expect(existsSync(join(rig.folder, '.openclaw'))).toBe(false);
});

it('COORDINATOR=off looks at nothing', async () => {
  const daemon = await rig.watcher({ COORDINATOR: 'off', STATE_DIR: join(rig.folder, 'own-state') });
  await daemon.says('The watcher runs');
  const { writer } = rig;
  writer.session(`agent:main:mattermost:channel:${SAMPLE.publicId}`, { sessionId: SESSION });
  writer.user(SESSION, 'please');
  writer.assistant(SESSION, '', [{ id: 'call', name: 'exec', arguments: { command: 'git push --force origin main' } }]);
  writer.result(SESSION, 'call', 0);
  writer.assistant(SESSION, 'pushed');
  await until('the box is done', () => isThere('[DONE] main'), { detail: () => daemon.output });
  expect(isThere('VIOLATION') || isThere('NOTICE')).toBe(false);
  expect(existsSync(join(rig.folder, 'own-state', 'audit_ledger.jsonl'))).toBe(false);
});
