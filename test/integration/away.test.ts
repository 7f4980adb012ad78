// What became of the boxes while no watcher ran: with and without the state directory, after kills and after orderly stops.

import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { createRig, type Rig, until, type Watcher } from './harness.ts';

const KEY = `agent:main:mattermost:channel:${SAMPLE.publicId}`;
const IMPATIENT = fileURLToPath(new URL('../fixtures/reliability/impatient-watcher.ts', import.meta.url));

let rig: Rig;
let session: string;
let openCalls: string[];

beforeEach(async () => {
  rig = await createRig();
  session = randomUUID();
  openCalls = [];
  rig.writer.session(KEY, { sessionId: session });
});

afterEach(() => rig.close());

/** A turn that runs and has its box. */
async function running(watcher: Watcher): Promise<void> {
  rig.writer.user(session, 'please');
  works('Working.');
  await expectBox(watcher, '[ACTIVE]');
}

function works(text: string): void {
  const id = randomUUID();
  openCalls.push(id);
  rig.writer.assistant(session, text, [{ id, name: 'exec', arguments: { command: 'make' } }]);
}

function ends(): void {
  for (const id of openCalls) rig.writer.result(session, id, 0);
  rig.writer.assistant(session, 'Made.');
}

/** Waits until the only box there is says that. */
async function expectBox(watcher: Watcher, words: string): Promise<void> {
  const detail = (): string => JSON.stringify(rig.boxes()) + watcher.output;
  await until(`the box says ${words}`, () => rig.boxes().some(({ title }) => title.includes(words)), { detail });
  expect(rig.boxes()).toHaveLength(1);
}

async function start(impatient = false): Promise<Watcher> {
  return (await rig.watcher({}, impatient ? { script: IMPATIENT } : {})).ready();
}

const forget = (): void => rmSync(join(rig.folder, 'state'), { recursive: true, force: true });

describe('after a kill', () => {
  it('a turn that ended meanwhile gets its end in its own post', async () => {
    const first = await start();
    await running(first);
    await first.stop('SIGKILL');
    ends();
    await expectBox(await start(), '[DONE] main');
    expect(rig.boxes()[0]?.text).toContain('Made.');
  });

  it('a turn whose transcript is gone is lost', async () => {
    const first = await start();
    await running(first);
    await first.stop('SIGKILL');
    rmSync(rig.writer.path(session));
    await expectBox(await start(), '[LOST]');
  });

  it('a turn whose whole agent is gone is lost', async () => {
    const first = await start();
    await running(first);
    await first.stop('SIGKILL');
    rmSync(join(rig.folder, 'agents', 'main'), { recursive: true });
    await expectBox(await start(), '[LOST]');
  });

  it('a damaged checkpoint is moved aside and named, and the box goes on in its own post', async () => {
    const first = await start();
    await running(first);
    await first.stop('SIGKILL');
    forget();
    const second = await rig.watcher({ STATE_DIR: join(rig.folder, 'other') });
    await second.ready();
    await second.stop('SIGKILL');
    for (const suffix of ['', '-wal', '-shm']) writeFileSync(join(rig.folder, 'other', `checkpoint.sqlite${suffix}`), 'x'.repeat(8_192));
    const third = await rig.watcher({ STATE_DIR: join(rig.folder, 'other') });
    await third.ready();
    await third.says('moved aside');
    ends();
    await expectBox(third, '[DONE] main');
  });
});

describe('without the state directory', () => {
  it('a running turn goes on in its own post', async () => {
    const first = await start();
    await running(first);
    await first.stop('SIGKILL');
    forget();
    const second = await start();
    works('Half way.');
    await until('the box goes on', () => rig.boxes().some(({ text }) => text.includes('Half way.')), { detail: () => second.output });
    await expectBox(second, '[ACTIVE]');
  });

  it('a turn that ended meanwhile gets its end in its own post, although nothing would be created for it', async () => {
    const first = await start();
    await running(first);
    await first.stop('SIGKILL');
    forget();
    ends();
    await expectBox(await start(), '[DONE] main');
  });

  it('a post whose turn nobody knows any more is lost after a while, and no other post is touched', async () => {
    const first = await start();
    rig.writer.shiftMs = -300_000;
    await running(first);
    await first.stop('SIGKILL');
    forget();
    rig.writer.shiftMs = 0;
    rig.writer.user(session, 'and now something else');
    rig.writer.assistant(session, 'Else.');
    const second = await start(true);
    await expectBox(second, '[LOST] source gone | main');
  });

  it('a post of a session that is not ours is left alone, for another machine may watch it', async () => {
    const first = await start();
    await running(first);
    await first.stop('SIGKILL');
    forget();
    rmSync(join(rig.folder, 'agents'), { recursive: true });
    const second = await start(true);
    const reads = (): number =>
      rig.standIn.requests.filter(({ method, path }) => method === 'GET' && path.includes(rig.boxes()[0]?.postId ?? '?')).length;
    await until('it was looked at after the grace time', () => reads() > 0, { detail: () => second.output });
    expect(rig.boxes()[0]?.title).toContain('[ACTIVE]');
  });
});

describe('an orderly stop that could not say its last words', () => {
  it.each<[string, (rig: Rig) => Promise<void> | void, (rig: Rig) => Promise<void> | void]>([
    ['while Mattermost is down', ({ server }) => server.down(), ({ server }) => server.up()],
    [
      'inside a Retry-After',
      ({ standIn }) => {
        const headers = { 'retry-after': '30' };
        standIn.faults.add({ times: Number.POSITIVE_INFINITY, fault: { kind: 'status', status: 429, headers, body: 'limit exceeded\n' } });
      },
      ({ standIn }) => standIn.faults.clear(),
    ],
  ])('%s: the next start takes the running turn up again, and tells the end of one that ended', async (_name, fail, mend) => {
    for (const endsMeanwhile of [false, true]) {
      const first = await start();
      await (endsMeanwhile ? expectBox(first, '[ACTIVE]') : running(first));
      await fail(rig);
      works('Still at it.');
      await until('the watcher has noticed', () => /takes no requests|could not be pushed/.test(first.output), {
        detail: () => first.output,
      });
      expect(await first.stop('SIGTERM')).toBe(0);
      expect(rig.boxes().map(({ title }) => title)).toEqual([expect.stringContaining('[ACTIVE]')]);
      await mend(rig);
      if (endsMeanwhile) {
        ends();
        await expectBox(await start(), '[DONE] main');
      } else {
        const second = await start();
        await until('the box has gone on', () => rig.boxes().some(({ text }) => text.includes('Still at it.')), {
          detail: () => second.output,
        });
        await expectBox(second, '[ACTIVE]');
        await second.stop('SIGKILL');
      }
    }
  });
});
