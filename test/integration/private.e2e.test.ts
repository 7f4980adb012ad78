// The real program with a public DEFAULT_CHANNEL beside conversations that are private, or of which nobody knows whose they are (P14).

import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { createRig, type Rig, type Watcher } from './harness.ts';
import { until } from '../support/until.ts';

const SESSION = '5b3f3a52-0000-4000-8000-000000000001';
const LATE_MS = 4_000; // longer than a transcript waits for its name, and than a turn takes to get its box

let rig: Rig;
let watcher: Watcher;

beforeEach(async () => {
  rig = await createRig();
});

afterEach(() => rig.close());

async function start(): Promise<void> {
  watcher = await rig.watcher({ DEFAULT_CHANNEL: SAMPLE.publicId });
  await watcher.ready();
}

function speak(sessionId: string, words: string): void {
  rig.writer.user(sessionId, `ask ${words}`);
  rig.writer.assistant(sessionId, words, [{ id: `call ${words}`, name: 'exec', arguments: { command: 'make' } }]);
}

const whys = async (): Promise<(string | undefined)[]> => (await watcher.health()).sessions.map(({ why }) => why);

describe('a public DEFAULT_CHANNEL', () => {
  it('gets nothing of a copy that a compaction leaves beside a direct conversation', async () => {
    await start();
    rig.writer.session('agent:main:telegram:direct:4242', {
      sessionId: SESSION,
      chatType: 'direct',
      deliveryContext: { channel: 'telegram', to: 'telegram:4242' },
    });
    speak(SESSION, 'private words');
    await until('the refusal', async () => (await whys())[0]?.includes('direct conversation') === true);
    const copy = `${SESSION}.checkpoint.99999999-0000-4000-8000-000000000001.jsonl`;
    copyFileSync(rig.writer.path(SESSION), join(rig.writer.path(SESSION), '..', copy));
    await until('the copy is counted', async () => (await watcher.health()).sources[0]?.ignoredNames?.['checkpoint'] === 1);
    await sleep(LATE_MS);
    expect(rig.standIn.posts()).toEqual([]);
    expect(await whys()).toHaveLength(1);
  });

  it('gets nothing of a session that no index names, and health says the cure; with a row that proves it public its newest turn has a box', async () => {
    rig.writer.session('agent:main:telegram:group:1', { sessionId: SESSION, chatType: 'group' });
    rmSync(join(rig.writer.path(SESSION), '..', 'sessions.json'));
    await start();
    speak(SESSION, 'unknown words');
    await until('the refusal', async () => (await whys())[0]?.includes('SESSIONS_JSON') === true);
    await sleep(LATE_MS);
    expect(rig.standIn.posts()).toEqual([]);
    rig.writer.session('agent:main:telegram:group:1', { sessionId: SESSION, chatType: 'group' });
    await until('the box', () => rig.boxes().some(({ text }) => text.includes('unknown words')));
    speak(SESSION, 'public words');
    await until('the next box', () => rig.boxes().some(({ text }) => text.includes('public words')));
  });
});
