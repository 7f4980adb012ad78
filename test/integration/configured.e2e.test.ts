// The daemon as a process under other configurations than the default: style, words, places, limits.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countCodePoints } from '../../src/text/text.ts';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { createRig, type Rig, type Watcher } from './harness.ts';
import { OneAgent } from './one-agent.ts';
import { until } from '../support/until.ts';

let rig: Rig;
let watcher: Watcher;

async function start(extra: NodeJS.ProcessEnv = {}): Promise<void> {
  watcher = await (await rig.watcher(extra)).ready();
}

/** Sessions in the order of their agents' names, as `/health` tells them. */
async function rows(): Promise<{ agent: string; why: string | undefined }[]> {
  const { sessions } = await watcher.health();
  return sessions.map(({ agent, why }) => ({ agent, why })).toSorted((a, b) => (a.agent < b.agent ? -1 : 1));
}

const messages = (): string[] => rig.standIn.posts().map(({ message }) => message);
const channels = (): string[] => rig.standIn.posts().map((post) => post.channel_id);

beforeEach(async () => {
  rig = await createRig();
});

afterEach(async () => {
  // Whatever was configured: the token stands neither in a log nor in a post nor in the health page.
  const health = watcher.isRunning ? JSON.stringify(await watcher.health()) : '';
  await watcher.stop('SIGTERM');
  const posts = JSON.stringify(rig.standIn.posts());
  await rig.close();
  for (const [place, text] of Object.entries({ log: watcher.output, health, posts }))
    if (text.includes(SAMPLE.botToken)) throw new Error(`the token stands in: ${place}`);
});

describe('BOX_STYLE=message', () => {
  it('writes the whole life of a box as a plain message, secrets masked, nobody pinged', async () => {
    await start({ BOX_STYLE: 'message', VERBOSITY: 'detail' });
    const agent = new OneAgent(rig.writer, 'main');
    agent.begin();
    rig.writer.assistant(agent.sessionId, `@all the token is ${SAMPLE.botToken}`, [
      { id: 'x', name: 'exec', arguments: { command: `curl -H "Authorization: Bearer ${SAMPLE.botToken}" https://example.test` } },
    ]);
    await until('the running box', () => messages().some((text) => text.startsWith('[ACTIVE] main') && text.includes('curl')));
    rig.writer.result(agent.sessionId, 'x', 7);
    agent.end();
    await until('the end', () => messages().some((text) => text.startsWith('[DONE] main')));
    const [post] = rig.standIn.posts();
    expect(rig.standIn.posts()).toHaveLength(1);
    expect(post?.message).toContain('[ERR exit 7]');
    expect(post?.message).not.toMatch(/(^|[^`\w])@all/m);
    expect(post?.props['attachments']).toBeUndefined();
    expect(post?.type).toBe('custom_livestatus');
  });

  it('says that the watcher stopped, and goes on in the same post', async () => {
    await start({ BOX_STYLE: 'message' });
    const agent = new OneAgent(rig.writer, 'main');
    agent.begin();
    await until('the running box', () => messages().some((text) => text.startsWith('[ACTIVE]')));
    expect(await watcher.stop('SIGTERM')).toBe(0);
    expect(messages()).toEqual([expect.stringMatching(/^\[INTERRUPTED\] watcher stopped/)]);
    await start({ BOX_STYLE: 'message' });
    agent.end();
    await until('the end', () => messages().some((text) => text.startsWith('[DONE]')));
    expect(messages()).toHaveLength(1);
  });

  it('keeps within MAX_MESSAGE_CHARS and MAX_STATUS_LINES', async () => {
    await start({ BOX_STYLE: 'message', MAX_MESSAGE_CHARS: '600', MAX_STATUS_LINES: '50' });
    const agent = new OneAgent(rig.writer, 'main');
    agent.begin();
    await until('the running box', () => messages().some((text) => text.startsWith('[ACTIVE]')));
    for (let index = 0; index < 40; index++) {
      rig.writer.assistant(agent.sessionId, `${'long '.repeat(30)}${index}`, [
        { id: `c${index}`, name: 'exec', arguments: { command: 'ls' } },
      ]);
      rig.writer.result(agent.sessionId, `c${index}`, 0);
    }
    agent.end();
    await until('the end', () => messages().some((text) => text.startsWith('[DONE]')));
    const [post] = rig.standIn.posts();
    const sizes = rig.standIn.versionsOf(post?.id ?? '').map((version) => countCodePoints(version.post.message));
    expect(sizes.length).toBeGreaterThan(1);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(600);
    expect(messages()[0]).toMatch(/… \d+ earlier lines/);
    expect(messages()[0]).toContain(`finished ${agent.mark}`);
  });
});

describe('MAX_STATUS_LINES', () => {
  it('shows up to two hundred lines', async () => {
    await start({ MAX_STATUS_LINES: '200' });
    const agent = new OneAgent(rig.writer, 'main');
    agent.begin();
    for (let index = 0; index < 95; index++) {
      rig.writer.assistant(agent.sessionId, `w${index}x`, [{ id: `c${index}`, name: 'exec', arguments: { command: `v${index}y` } }]);
      rig.writer.result(agent.sessionId, `c${index}`, 0);
    }
    agent.end();
    await until('the end', () => rig.boxes().some(({ title }) => title.startsWith('[DONE]')));
    const [box] = rig.boxes();
    const shown = Array.from({ length: 95 }, (_, index) => [`w${index}x`, `v${index}y`])
      .flat()
      .filter((mark) => box?.text.includes(mark));
    expect(shown).toHaveLength(190);
  });
});

describe('TOOL_LABELS_FILE and VERBOSITY', () => {
  it('change what a box says', async () => {
    const file = join(rig.folder, 'labels.json');
    writeFileSync(file, JSON.stringify({ exec: { label: 'Shell' }, odd: 7 }));
    await start({ BOX_STYLE: 'message', TOOL_LABELS_FILE: file });
    new OneAgent(rig.writer, 'main').begin();
    await until('the own label', () => messages().some((text) => text.includes('Shell: `make 1`')));
    expect(watcher.output).toContain('The label of the tool \\"odd\\"');
  });

  it('quiet shows title, failures and end, no text and no success', async () => {
    await start({ BOX_STYLE: 'message', VERBOSITY: 'quiet' });
    const agent = new OneAgent(rig.writer, 'main');
    agent.begin();
    rig.writer.assistant(agent.sessionId, '', [{ id: 'bad', name: 'exec', arguments: { command: 'false' } }]);
    rig.writer.result(agent.sessionId, 'bad', 1);
    agent.end();
    await until('the end', () => messages().some((text) => text.startsWith('[DONE]')));
    expect(messages()[0]?.split('\n').slice(1)).toEqual([expect.stringMatching(/`false` \[ERR exit 1\]/)]);
  });
});

describe('where boxes go', () => {
  it('CHANNELS and AGENTS keep others without a box, and health says why', async () => {
    await start({ CHANNELS: `${SAMPLE.teamName}/${SAMPLE.publicName}`, AGENTS: '!hidden' });
    for (const [name, channelId] of [
      ['hidden', SAMPLE.publicId],
      ['main', SAMPLE.publicId],
      ['secret', SAMPLE.privateId],
    ] as const)
      new OneAgent(rig.writer, name, channelId).begin();
    await until(
      'every decision',
      async () =>
        rig.boxes().length === 1 && (await rows()).map(({ why }) => /AGENTS|CHANNELS|$/.exec(why ?? '')?.[0]).join() === 'AGENTS,,CHANNELS',
    );
    expect(channels()).toEqual([SAMPLE.publicId]);
    expect(await rows()).toEqual([
      { agent: 'hidden', why: expect.stringContaining('AGENTS') },
      { agent: 'main', why: undefined },
      { agent: 'secret', why: expect.stringContaining('CHANNELS') },
    ]);
  });

  it('DEFAULT_CHANNEL takes sessions that did not come from Mattermost; without it they get none', async () => {
    await start();
    const session = '5b3f3a52-0000-4000-8000-000000000001';
    rig.writer.session('agent:main:main', { sessionId: session });
    rig.writer.user(session, 'please');
    rig.writer.assistant(session, 'Working.', [{ id: 'c', name: 'exec', arguments: { command: 'make' } }]);
    await until('the refusal', async () => (await rows())[0]?.why?.includes('DEFAULT_CHANNEL') === true);
    expect(rig.standIn.posts()).toEqual([]);
    await watcher.stop('SIGTERM');
    await start({ DEFAULT_CHANNEL: `${SAMPLE.teamName}/${SAMPLE.privateName}` });
    rig.writer.result(session, 'c', 0);
    rig.writer.user(session, 'once more');
    rig.writer.assistant(session, 'Working.', [{ id: 'd', name: 'exec', arguments: { command: 'make' } }]);
    await until('the box', () => rig.boxes().length > 0);
    expect(new Set(channels())).toEqual(new Set([SAMPLE.privateId]));
  });

  it('a channel that refuses us is parked and told, never replaced by another', async () => {
    await start({ DEFAULT_CHANNEL: SAMPLE.publicId });
    new OneAgent(rig.writer, 'main', SAMPLE.foreignId).begin();
    await until('the parked box', async () => (await watcher.health()).boxes.parked.length === 1);
    expect((await watcher.health()).boxes.parked[0]).toMatchObject({ channelId: SAMPLE.foreignId, reason: 'no_access' });
    expect(await rows()).toEqual([{ agent: 'main', why: expect.stringContaining('add the account to the team and to the channel') }]);
    expect(rig.standIn.posts()).toEqual([]);
  });
});

describe('MAX_ACTIVE_SESSIONS', () => {
  it('lets the others wait, and health says so', async () => {
    await start({ MAX_ACTIVE_SESSIONS: '1' });
    const first = new OneAgent(rig.writer, 'first');
    first.begin();
    await until('the first box', () => rig.boxes().length === 1);
    new OneAgent(rig.writer, 'second').begin();
    await until('the waiting turn', async () => (await rows())[1]?.why !== undefined);
    expect(rig.boxes()).toHaveLength(1);
    first.end();
    await until('the second box', () => rig.boxes().some(({ title }) => title.includes('second')));
  });
});
