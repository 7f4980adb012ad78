// Publishers of a fleet as the processes that users run, before a real bus and the stand-in of Mattermost.

import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { createRig, type Rig, type Watcher } from '../integration/harness.ts';
import { until } from '../support/until.ts';
import { NatsServer } from './nats-server.ts';
import { ToldGateway } from './told-gateway.ts';

class Fleet {
  readonly rig: Rig;
  readonly bus: NatsServer;
  readonly publishers: Watcher[] = [];
  #env: NodeJS.ProcessEnv = {};

  private constructor(rig: Rig, bus: NatsServer) {
    this.rig = rig;
    this.bus = bus;
  }

  static async start(publishers: number, env: NodeJS.ProcessEnv = {}): Promise<Fleet> {
    const fleet = new Fleet(await createRig(), await NatsServer.start());
    fleet.#env = env;
    onTestFinished(() => fleet.rig.close());
    for (let count = 0; count < publishers; count += 1) await fleet.addPublisher();
    return fleet;
  }

  async addPublisher(): Promise<Watcher> {
    const name = `publisher-${this.publishers.length}`;
    const publisher = await this.rig.watcher({
      ROLE: 'publisher',
      FLEET_URL: this.bus.url,
      STATE_DIR: join(this.rig.folder, name),
      PID_FILE: join(this.rig.folder, `${name}.pid`),
      GATEWAY_ID: name,
      EDITS_PER_SECOND: '50:100',
      ...this.#env,
    });
    this.publishers.push(publisher);
    return await publisher.says('The publisher stands by');
  }

  /** The one that began to write last; it is writing by now. */
  async active(): Promise<Watcher> {
    const isActive = ({ isRunning, output }: Watcher): boolean =>
      isRunning &&
      output.split('This publisher is the active one').length > output.split('The watcher runs').length - 1 &&
      output.includes('The watcher runs');
    await until('one is active', () => this.publishers.some(isActive), { detail: () => this.said() });
    return this.publishers.find(isActive) ?? (this.publishers[0] as Watcher);
  }

  said(): string {
    return this.publishers.map(({ output }, index) => `--- publisher ${index}\n${output}`).join('\n');
  }

  async shows(what: string, isShown: (texts: string[]) => boolean): Promise<void> {
    const texts = (): string[] => this.rig.boxes().map(({ title, text }) => `${title}\n${text}`);
    await until(what, () => isShown(texts()), { detail: () => `${texts().join('\n\n')}\n${this.said()}` });
  }
}

it('two publishers: one draws the boxes of all gateways, and when it is killed the other goes on with the same posts, none twice and no end lost', async () => {
  const fleet = await Fleet.start(2);
  const gateways = ['web-1', 'web-2'].map((name) => new ToldGateway(fleet.bus.url, name));
  const active = await fleet.active();
  for (const gateway of gateways)
    for (let session = 0; session < 5; session += 1) {
      gateway.asks(`agent:${gateway.name}-${session}:main`, `${gateway.name}-${session}`);
      gateway.says(`agent:${gateway.name}-${session}:main`, `step one of ${gateway.name}-${session}`);
    }
  await fleet.shows('all boxes', (texts) => texts.length === 10 && texts.every((text) => text.includes('step one')));
  const before = new Set(fleet.rig.boxes().map(({ postId }) => postId));

  await active.stop('SIGKILL');
  for (const gateway of gateways) {
    gateway.ends(`agent:${gateway.name}-0:main`, 'it is done');
    gateway.says(`agent:${gateway.name}-1:main`, 'step two');
    gateway.asks(`agent:${gateway.name}-9:main`, `${gateway.name}-9`);
    gateway.asks(`agent:${gateway.name}-8:main`, `${gateway.name}-8`);
    gateway.ends(`agent:${gateway.name}-8:main`, 'begun and ended while nobody was active');
  }
  await fleet.shows('the other one goes on', (texts) => texts.filter((text) => text.startsWith('[DONE]')).length === 4);
  await fleet.shows('what is new', (texts) => texts.length === 14 && texts.filter((text) => text.includes('step two')).length === 2);
  const after = fleet.rig.boxes().map(({ postId }) => postId);
  expect(after.filter((postId) => before.has(postId))).toHaveLength(10);
});

it('what is no box, such as a pinned board, is one post, too, whatever each publisher is called', async () => {
  const fleet = await Fleet.start(2, { BOARD: 'channel', BOARD_CHANNELS: `${SAMPLE.teamName}/${SAMPLE.publicName}` });
  const boards = (): string[] =>
    fleet.rig.boxes().flatMap(({ title, postId }) => (title.startsWith('[BOARD]') ? [`${postId} ${title}`] : []));
  const gateway = new ToldGateway(fleet.bus.url, 'web-1');
  const active = await fleet.active();
  gateway.asks('agent:a:main', 'a');
  gateway.says('agent:a:main', 'step one');
  await until('the board', () => boards().some((board) => board.endsWith('1 working')), { detail: () => fleet.said() });
  const [before = ''] = boards();
  await active.stop('SIGKILL');
  gateway.asks('agent:b:main', 'b');
  gateway.says('agent:b:main', 'step one');
  await until('the board goes on', () => boards().some((board) => board.endsWith('2 working')), { detail: () => fleet.said() });
  expect(boards()).toEqual([before.replace('1 working', '2 working')]);
});

it('a publisher that stands by says so, and who is active; the active one says that it is', async () => {
  const fleet = await Fleet.start(2);
  const active = await fleet.active();
  const [other] = fleet.publishers.filter((publisher) => publisher !== active);
  await until('it says who is active', async () => (await other?.health())?.publisher?.active !== undefined);
  const report = await other?.health();
  expect(report).toMatchObject({ status: 'ok', publisher: { state: 'standing_by' } });
  expect(report?.reason).toBe(`it stands by; ${report?.publisher?.active} is active`);
  expect(report?.publisher?.active).toMatch(new RegExp(`/${active.child.pid}$`));
  expect(report?.notReady).toBeUndefined();
  await until('Mattermost has answered', async () => (await active.health()).status === 'ok');
  expect((await active.health()).publisher).toEqual({ state: 'active', active: report?.publisher?.active });
  await fleet.bus.stop();
  await until('it says that the bus is away', async () => (await other?.health())?.notReady?.includes('the bus of the fleet') === true);
  await until('so does the other one', async () => (await active.health().catch(() => undefined))?.notReady?.includes('bus') === true);
  await fleet.bus.begin();
  await until('one of them is active again', async () =>
    (await Promise.all(fleet.publishers.map((publisher) => publisher.health().catch(() => undefined)))).some(
      (health) => health?.publisher?.state === 'active',
    ),
  );
});

it('a turn that its gateway takes back while it runs, such as one that no rule shows any more, runs on in no box', async () => {
  const fleet = await Fleet.start(1);
  const gateway = new ToldGateway(fleet.bus.url, 'web-1');
  gateway.asks('agent:a:main', 'a');
  gateway.says('agent:a:main', 'step one');
  await fleet.shows('the box', (texts) => texts.some((text) => text.startsWith('[ACTIVE]') && text.includes('step one')));
  for (const { boxId } of gateway.fold.sessionOf('agent:a:main').turns) gateway.outbox.forget(boxId);
  await fleet.shows('it is over', (texts) => texts.length === 1 && texts[0]?.startsWith('[LOST]') === true);
  gateway.says('agent:a:main', 'step two');
  await fleet.shows('it is told again', (texts) => texts[0]?.startsWith('[ACTIVE]') === true);
  expect(fleet.rig.boxes()).toHaveLength(1);
});

it('a publisher that is stopped says in each box that nobody updates it, and the next one takes that back', async () => {
  const fleet = await Fleet.start(1); // another one would go on before anybody could look
  const gateway = new ToldGateway(fleet.bus.url, 'web-1');
  const active = await fleet.active();
  gateway.asks('agent:a:main', 'a');
  gateway.says('agent:a:main', 'step one');
  await fleet.shows('the box', (texts) => texts.some((text) => text.includes('step one')));
  expect(await active.stop('SIGTERM')).toBe(0);
  expect(fleet.rig.boxes().map(({ title }) => title)).toEqual([expect.stringContaining('INTERRUPTED')]);
  await fleet.addPublisher();
  await fleet.shows('the box goes on', (texts) => texts.length === 1 && texts[0]?.startsWith('[ACTIVE]') === true);
});

it('what a gateway tells is redacted and neutralised again, whoever has broken into it: its boxes name it, and those of others stay', async () => {
  const fleet = await Fleet.start(1);
  const publisher = await fleet.active();
  const [bad, good] = ['bad', 'good'].map((name) => new ToldGateway(fleet.bus.url, name)) as [ToldGateway, ToldGateway];
  const secret = 'ghp_0123456789abcdefghijklmnopqrstuvwxyzAB';
  const hostile = `${secret} @all [click](https://evil.example) ![x](https://evil.example/x.png)`;
  bad.marks('agent:@all:main', { violations: [hostile], remarks: [hostile], badge: hostile });
  bad.asks('agent:@all:main', `@all ${secret}`);
  bad.says('agent:@all:main', hostile);
  good.asks('agent:@all:main', 'honest');
  good.says('agent:@all:main', 'honest words');
  await fleet.shows('both boxes', (texts) => texts.length === 2 && texts.some((text) => text.includes('honest words')));
  await fleet.shows('the hostile one', (texts) => texts.some((text) => text.includes('evil')));
  bad.ends('agent:@all:main', hostile);
  await fleet.shows('its end', (texts) => texts.filter((text) => text.startsWith('[DONE]')).length === 1);
  const everything = JSON.stringify(fleet.rig.standIn.posts()) + publisher.output + JSON.stringify(await publisher.health());
  expect(everything).not.toContain(secret);
  const shown = fleet.rig.boxes().map(({ title, text }) => `${title}\n${text}`);
  for (const text of shown) expect(text.replaceAll(/`[^`]*`/g, '')).not.toMatch(/@all|\]\(|https?:\/\//);
});
