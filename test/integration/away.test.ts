// What became of the boxes while no watcher ran: with and without the state directory, after kills and after orderly stops.

import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, type TestContext } from 'vitest';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { createRig, type Rig, type Watcher } from './harness.ts';
import { until } from '../support/until.ts';

const KEY = `agent:main:mattermost:channel:${SAMPLE.publicId}`;
const OTHER_TURN_AFTER_MS = 16_000; // turns of one session that begin closer together may share a post
const IMPATIENT = fileURLToPath(new URL('../fixtures/reliability/impatient-watcher.ts', import.meta.url));

/** One session with one turn, and watchers that come and go. */
class Scene {
  readonly rig: Rig;
  readonly session = randomUUID();
  readonly #openCalls: string[] = [];

  private constructor(rig: Rig) {
    this.rig = rig;
    rig.writer.session(KEY, { sessionId: this.session });
  }

  static async open({ onTestFinished }: TestContext): Promise<Scene> {
    const rig = await createRig();
    onTestFinished(() => rig.close());
    return new Scene(rig);
  }

  async start(impatient = false): Promise<Watcher> {
    return (await this.rig.watcher({}, impatient ? { script: IMPATIENT } : {})).ready();
  }

  /** A watcher that was killed while the turn ran and had its box. */
  async killed(): Promise<void> {
    const watcher = await this.start();
    this.begins();
    await expectBox(this, watcher, '[ACTIVE]');
    await watcher.stop('SIGKILL');
  }

  begins(): void {
    this.rig.writer.user(this.session, 'please');
    this.works('Working.');
  }

  works(text: string): void {
    const id = randomUUID();
    this.#openCalls.push(id);
    this.rig.writer.assistant(this.session, text, [{ id, name: 'exec', arguments: { command: 'make' } }]);
  }

  ends(): void {
    for (const id of this.#openCalls) this.rig.writer.result(this.session, id, 0);
    this.rig.writer.assistant(this.session, 'Made.');
  }

  forget(): void {
    rmSync(join(this.rig.folder, 'state'), { recursive: true, force: true });
  }
}

/** Waits until the only box there is says that. */
async function expectBox({ rig }: Scene, watcher: Watcher, words: string): Promise<void> {
  const detail = (): string => JSON.stringify(rig.boxes()) + watcher.output;
  await until(`the box says ${words}`, () => rig.boxes().some(({ title, text }) => `${title}\n${text}`.includes(words)), { detail });
  expect(rig.boxes()).toHaveLength(1);
}

describe.concurrent('after a kill', () => {
  it('a turn that ended meanwhile gets its end in its own post', async (context) => {
    const scene = await Scene.open(context);
    await scene.killed();
    scene.ends();
    const watcher = await scene.start();
    await expectBox(scene, watcher, '[DONE] main');
    await expectBox(scene, watcher, 'Made.');
  });

  it('a turn whose transcript is gone is lost', async (context) => {
    const scene = await Scene.open(context);
    await scene.killed();
    rmSync(scene.rig.writer.path(scene.session));
    await expectBox(scene, await scene.start(), '[LOST]');
  });

  it('a turn whose whole agent is gone is lost', async (context) => {
    const scene = await Scene.open(context);
    await scene.killed();
    rmSync(join(scene.rig.folder, 'agents', 'main'), { recursive: true });
    await expectBox(scene, await scene.start(), '[LOST]');
  });

  it('inside a Retry-After nothing is sent before its end', async (context) => {
    const scene = await Scene.open(context);
    const { rig } = scene;
    const { requests, faults } = rig.standIn;
    const watcher = await scene.start();
    scene.begins();
    await expectBox(scene, watcher, '[ACTIVE]');
    faults.add({ times: 1, fault: { kind: 'status', status: 429, headers: { 'retry-after': '8' }, body: 'limit exceeded\n' } });
    scene.works('Still at it.');
    await watcher.says('takes no requests');
    const refusedAt = requests.find(({ status }) => status === 429)?.at ?? 0;
    await watcher.stop('SIGKILL');
    scene.ends();
    await expectBox(scene, await rig.watcher(), '[DONE] main');
    const gone = requests.map(({ at }) => at - refusedAt);
    expect(gone.filter((ms) => ms > 500 && ms < 8_000)).toEqual([]);
  });

  it('a damaged checkpoint is moved aside and named, and the box goes on in its own post', async (context) => {
    const scene = await Scene.open(context);
    await scene.killed();
    const file = join(scene.rig.folder, 'state', 'checkpoint.sqlite');
    for (const suffix of ['', '-wal', '-shm']) writeFileSync(file + suffix, 'x'.repeat(8_192));
    const watcher = await scene.start();
    await watcher.says('moved aside');
    scene.ends();
    await expectBox(scene, watcher, '[DONE] main');
  });
});

describe.concurrent('without the state directory', () => {
  it('a running turn goes on in its own post', async (context) => {
    const scene = await Scene.open(context);
    await scene.killed();
    scene.forget();
    const watcher = await scene.start();
    scene.works('Half way.');
    await expectBox(scene, watcher, 'Half way.');
    await expectBox(scene, watcher, '[ACTIVE]');
  });

  it('a box that says the watcher was stopped gets the end of its turn, although nothing would be created for it', async (context) => {
    const scene = await Scene.open(context);
    const watcher = await scene.start();
    scene.begins();
    await expectBox(scene, watcher, '[ACTIVE]');
    await watcher.stop('SIGTERM');
    await expectBox(scene, watcher, '[INTERRUPTED]');
    scene.forget();
    scene.ends();
    await expectBox(scene, await scene.start(), '[DONE] main');
  });

  it('a turn that ended meanwhile gets its end in its own post, although nothing would be created for it', async (context) => {
    const scene = await Scene.open(context);
    await scene.killed();
    scene.forget();
    scene.ends();
    await expectBox(scene, await scene.start(), '[DONE] main');
  });

  it('a post whose turn nobody knows any more is lost after a while', async (context) => {
    const scene = await Scene.open(context);
    await scene.killed();
    scene.forget();
    await sleep(OTHER_TURN_AFTER_MS);
    scene.rig.writer.user(scene.session, 'and now something else'); // only the newest turn is told again
    scene.rig.writer.assistant(scene.session, 'Else.');
    await expectBox(scene, await scene.start(true), '[LOST] source gone | main');
  });

  it('a post of a session that is not ours is left alone, for another machine may watch it', async (context) => {
    const scene = await Scene.open(context);
    await scene.killed();
    scene.forget();
    rmSync(join(scene.rig.folder, 'agents'), { recursive: true });
    const watcher = await scene.start(true);
    const postId = scene.rig.boxes()[0]?.postId ?? '?';
    const isRead = (): boolean => scene.rig.standIn.requests.some(({ method, path }) => method === 'GET' && path.includes(postId));
    await until('it was looked at after the grace time', isRead, { detail: () => watcher.output });
    await expectBox(scene, watcher, '[ACTIVE]');
  });
});

describe.concurrent('an orderly stop that could not say its last words', () => {
  type Act = (rig: Rig) => Promise<void> | void;
  const TROUBLES: [name: string, fail: Act, mend: Act][] = [
    ['while Mattermost is down', ({ server }) => server.down(), ({ server }) => server.up()],
    [
      'inside a Retry-After',
      ({ standIn }) => {
        const headers = { 'retry-after': '8' };
        standIn.faults.add({ times: Number.POSITIVE_INFINITY, fault: { kind: 'status', status: 429, headers, body: 'limit exceeded\n' } });
      },
      ({ standIn }) => standIn.faults.clear(),
    ],
  ];

  /** The turn has its box, the watcher was stopped in trouble, and the box still says that it runs. */
  async function stoppedInTrouble(context: TestContext, fail: Act): Promise<Scene> {
    const scene = await Scene.open(context);
    const watcher = await scene.start();
    scene.begins();
    await expectBox(scene, watcher, '[ACTIVE]');
    await fail(scene.rig);
    scene.works('Still at it.');
    const isNoticed = (): boolean => /takes no requests|could not be pushed/.test(watcher.output);
    await until('the watcher has noticed', isNoticed, { detail: () => watcher.output });
    expect(await watcher.stop('SIGTERM')).toBe(0);
    await expectBox(scene, watcher, '[ACTIVE]');
    return scene;
  }

  it.for(TROUBLES)('%s: the next start takes the running turn up again', async ([, fail, mend], context) => {
    const scene = await stoppedInTrouble(context, fail);
    await mend(scene.rig);
    const watcher = await scene.start();
    await expectBox(scene, watcher, 'Still at it.');
    await expectBox(scene, watcher, '[ACTIVE]');
  });

  it.for(TROUBLES)('%s: the next start tells the end of a turn that ended meanwhile', async ([, fail, mend], context) => {
    const scene = await stoppedInTrouble(context, fail);
    await mend(scene.rig);
    scene.ends();
    await expectBox(scene, await scene.start(), '[DONE] main');
  });
});
