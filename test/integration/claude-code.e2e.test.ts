// The daemon beside Claude Code: of a project without a rule nothing leaves it, and of one with a bare rule not a word of what was said.

import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, type TestContext } from 'vitest';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { SessionWriter } from '../unit/sources/claude-code/session-writer.ts';
import { boxesOf, createRig, type Rig } from './harness.ts';

const WORKING_MS = 4_000; // longer than a box waits before it opens

async function rigFor({ onTestFinished }: TestContext): Promise<Rig> {
  const rig = await createRig();
  onTestFinished(() => rig.close());
  return rig;
}

function newHome(): { home: string; writer: SessionWriter } {
  const home = tempFolder('claude-home');
  mkdirSync(join(home, '.claude'));
  return { home, writer: new SessionWriter(join(home, '.claude')) };
}

/** A turn that still runs, with a canary wherever somebody wrote something. */
function work(writer: SessionWriter): void {
  const question = { questions: [{ question: 'CANARY-question', options: [{ label: 'CANARY-option' }] }] };
  writer.add(
    `{"type":"custom-title","customTitle":"CANARY-title","sessionId":"${writer.sessionId}"}\n`,
    writer.line('user', { message: { role: 'user', content: 'CANARY-prompt' } }, { promptSource: 'typed', gitBranch: 'CANARY-branch' }),
    writer.says([{ type: 'text', text: 'CANARY-text' }]),
    writer.says([{ type: 'thinking', thinking: 'CANARY-thought' }]),
    writer.calls('c1', 'Bash', { command: 'make CANARY-command', description: 'CANARY-description' }),
    writer.result('c1', 'Exit code 3\nCANARY-output', { toolUseResult: 'CANARY-output' }),
    writer.calls('c2', 'Write', { file_path: '/home/dev/CANARY-outside/notes.md', content: 'CANARY-content' }),
    writer.calls('c3', 'mcp__desk__ask', { message: 'CANARY-argument' }),
    writer.calls('c4', 'AskUserQuestion', question),
  );
  writer.live({ pid: process.pid, status: 'waiting', waitingFor: 'CANARY-waiting' });
}

/** All that a watcher keeps, as text. */
function storedIn(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1')).join('\n');
}

async function told(context: TestContext, routes: NodeJS.ProcessEnv): Promise<{ rig: Rig; text: string }> {
  const { home, writer } = newHome();
  const rig = await rigFor(context);
  const watcher = await (await rig.watcher({ HOME: home, ...routes })).ready();
  work(writer);
  await sleep(WORKING_MS);
  const [health, posts] = [JSON.stringify(await watcher.health()), JSON.stringify(rig.standIn.posts())];
  await watcher.stop('SIGKILL'); // whatever is stored is what a crash leaves
  return { rig, text: [posts, health, watcher.output, storedIn(join(rig.folder, 'state'))].join('\n') };
}

it('without a rule nothing is posted, and no word of the session is logged, stored or on a page', async (context) => {
  const { rig, text } = await told(context, {});
  expect(boxesOf(rig.standIn.posts())).toEqual([]);
  expect(text).toContain('claude-code:/home/dev/shop');
  expect(text.match(/CANARY-[a-z]+/g)).toBeNull();
});

it('with a bare rule its turn has a box that waits, and no word of it is posted, logged, stored or on a page', async (context) => {
  const { rig, text } = await told(context, { ROUTES: `claude-code:*=${SAMPLE.publicId}` });
  const [box] = boxesOf(rig.standIn.posts());
  expect(box?.title).toContain('[WAITING] answer | claude-code · shop');
  expect(box?.text).toContain('notes.md');
  expect(text.match(/CANARY-[a-z]+/g)).toBeNull();
});
