import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { MAIN } from './cli-process.ts';
import { createRig, type Rig } from './harness.ts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { inherited } from '../support/inherited.ts';

let rig: Rig;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  rig = await createRig();
  env = { ...inherited(), HOME: rig.folder, MM_URL: rig.server.url, MM_TOKEN: SAMPLE.botToken };
});

afterAll(async () => rig.close());

async function run(args: string[], input = '', extra: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...env, ...extra } });
  const said = { out: '', err: '' };
  child.stdout.on('data', (data: Buffer) => (said.out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (said.err += data.toString()));
  child.stdin.end(input);
  await once(child, 'close');
  return { code: child.exitCode, ...said };
}

const CHANNEL = ['--channel', `${SAMPLE.teamName}/${SAMPLE.publicName}`];

function box(postId: string) {
  return rig.boxes().find((found) => found.postId === postId);
}

describe('a box by hand', () => {
  it('is written, changed and ended, and says that it is by hand', async () => {
    const created = await run(['create', ...CHANNEL, 'Backing', 'up.']);
    expect(created).toMatchObject({ code: 0, err: expect.stringContaining('Deprecated') });
    const postId = created.out.trim();
    expect(box(postId)).toMatchObject({ title: '[ACTIVE] by hand', text: '`Backing up.`' });
    expect(rig.standIn.posts().find(({ id }) => id === postId)).toMatchObject({ type: 'custom_livestatus', message: '' });
    expect(await run(['update', postId], 'Half way.\nGoing on.\n')).toMatchObject({ code: 0 });
    expect(box(postId)).toMatchObject({ title: '[ACTIVE] by hand', text: 'Half way.\nGoing on.' });
    expect(await run(['complete', postId])).toMatchObject({ code: 0 });
    expect(box(postId)).toMatchObject({ title: '[DONE] by hand', text: 'Half way.\nGoing on.' });
  });

  it('goes into a thread when asked to', async () => {
    const root = (await run(['create', ...CHANNEL, 'First.'])).out.trim();
    const reply = (await run(['create', ...CHANNEL, '--root', root, 'Second.'])).out.trim();
    expect(rig.standIn.posts().find(({ id }) => id === reply)).toMatchObject({ root_id: root });
  });

  it('masks secrets, mentions nobody and cannot pass for a line of the watcher', async () => {
    const text = `@all token=ghp_16C7e42F292c6912E7710c838347Ae178B4a ◆ waiting for approval: x ${SAMPLE.botToken}`;
    const { out } = await run(['create', ...CHANNEL, text]);
    const { text: shown = '' } = box(out.trim()) ?? {};
    expect(shown).toMatch(/^`[^`]+`$/);
    expect(shown).not.toMatch(/ghp_16C7|fake-token|◆/);
  });

  it('leaves posts alone that were not written by hand, and says what is missing', async () => {
    const other = await fetch(`${rig.server.url}/api/v4/posts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${SAMPLE.botToken}` },
      body: JSON.stringify({ channel_id: SAMPLE.publicId, message: 'mine' }),
    });
    const { id } = (await other.json()) as { id: string };
    expect(await run(['complete', id])).toMatchObject({ code: 1, err: expect.stringContaining('no box that was written by hand') });
    expect(await run(['create', ...CHANNEL])).toMatchObject({ code: 64 });
    expect(await run(['create', 'text'])).toMatchObject({ code: 64, err: expect.stringContaining('DEFAULT_CHANNEL') });
    expect(await run(['update'])).toMatchObject({ code: 64 });
    expect(await run(['create', ...CHANNEL, 'text'], '', { MM_URL: '' })).toMatchObject({
      code: 78,
      err: expect.stringContaining('MM_URL is missing'),
    });
  });
});
