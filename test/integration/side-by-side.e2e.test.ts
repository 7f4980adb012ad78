// Two gateways with one Mattermost account, the same session key and the same channel: another host, another container, another user.
// Nobody told the watchers of each other.

import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, type TestContext, vi } from 'vitest';
import type { Post } from '../../src/stand-in/post.ts';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { until } from '../support/until.ts';
import { createRig, type Rig, type Watcher } from './harness.ts';
import { OpenClawWriter } from './openclaw-writer.ts';

vi.setConfig({ testTimeout: 300_000 });

const KEY = `agent:main:mattermost:channel:${SAMPLE.publicId}`;

const OTHER_TURN_AFTER_MS = 20_000; // turns that begin closer together may be one turn for all that 0.1 says of them

/** One gateway: its agents, its state directory, and its watcher when that runs. */
class Gateway {
  readonly #rig: Rig;
  readonly #name: string;
  readonly #writer: OpenClawWriter;
  readonly #session = randomUUID();
  #watcher: Watcher | undefined;
  #calls = 0;

  constructor(rig: Rig, name: string) {
    this.#rig = rig;
    this.#name = name;
    this.#writer = new OpenClawWriter(join(rig.folder, `agents-${name}`));
    this.#writer.session(KEY, { sessionId: this.#session });
  }

  async start(extra: NodeJS.ProcessEnv = {}): Promise<void> {
    const [folder, name] = [this.#rig.folder, this.#name];
    const env = {
      TRANSCRIPT_DIR: join(folder, `agents-${name}`),
      STATE_DIR: this.#stateDir,
      PID_FILE: join(folder, `${name}.pid`),
      ...extra,
    };
    this.#watcher = await (await this.#rig.watcher(env)).ready();
  }

  async kill(): Promise<void> {
    await this.#watcher?.stop('SIGKILL');
  }

  forget(...names: string[]): void {
    if (names.length === 0) rmSync(this.#stateDir, { recursive: true });
    for (const name of names) rmSync(join(this.#stateDir, name));
  }

  begins(beganAt?: number): void {
    this.#writer.shiftMs = beganAt === undefined ? 0 : beganAt - Date.now();
    this.#writer.user(this.#session, 'please');
    this.#writer.shiftMs = 0;
    this.works();
  }

  works(): void {
    this.#calls += 1;
    const call = { id: `c${this.#calls}`, name: 'exec', arguments: { command: 'make' } };
    this.#writer.assistant(this.#session, this.says, [call]);
  }

  get says(): string {
    return `${this.#name} at step ${this.#calls}.`;
  }

  ends(): void {
    for (let call = 1; call <= this.#calls; call++) this.#writer.result(this.#session, `c${call}`, 0);
    this.#writer.assistant(this.#session, `${this.#name} is done.`);
  }

  async shows(words: string): Promise<string> {
    const find = (): string | undefined => this.#rig.boxes().find(({ title, text }) => `${title}\n${text}`.includes(words))?.postId;
    await until(`${this.#name} shows "${words}"`, () => find() !== undefined, { detail: () => this.detail() });
    return find() ?? '';
  }

  async isUp(): Promise<boolean> {
    return (await this.#watcher?.health())?.status !== 'down';
  }

  detail(): string {
    return `${JSON.stringify(this.#rig.boxes())}\n${this.#watcher?.output ?? ''}`;
  }

  get #stateDir(): string {
    return join(this.#rig.folder, `state-${this.#name}`);
  }
}

async function open({ onTestFinished }: TestContext): Promise<{ rig: Rig; one: Gateway; other: Gateway }> {
  const rig = await createRig();
  onTestFinished(() => rig.close());
  return { rig, one: new Gateway(rig, 'alpha'), other: new Gateway(rig, 'beta') };
}

/** What each post said of its gateway, over its whole life. */
function gatewaysByPost({ standIn }: Rig): Map<string, Set<string>> {
  const byPost = new Map<string, Set<string>>();
  for (const { method, path, body } of standIn.requests) {
    const [, postId = 'new'] = /\/posts\/(\w+)\/patch$/.exec(path) ?? [];
    const gateway = /"gateway":"(\w+)"/.exec(body)?.[1];
    if (method === 'PUT' && gateway !== undefined) byPost.set(postId, (byPost.get(postId) ?? new Set()).add(gateway));
  }
  return byPost;
}

interface Meta {
  gateway?: string;
  log?: string;
}

const metaOf = (post: Post): Meta => post.props['livestatus'] as Meta;

/** As if 0.1 had written it. */
function asBefore({ standIn }: Rig): void {
  for (const post of standIn.posts()) {
    delete metaOf(post).gateway;
    delete metaOf(post).log;
  }
}

describe('two gateways with one account and the same session keys', () => {
  it('live side by side: each its own box, through kills, and when one has lost its state directory', async (context) => {
    const { rig, one, other } = await open(context);
    await Promise.all([one.start(), other.start()]);
    one.begins();
    other.begins();
    const ofOne = await one.shows(one.says);
    const ofOther = await other.shows(other.says);
    expect(ofOne).not.toBe(ofOther);

    await one.kill();
    other.works();
    expect(await other.shows(other.says)).toBe(ofOther);
    one.works();
    await one.start();
    expect(await one.shows(one.says)).toBe(ofOne);

    await other.kill();
    other.forget();
    other.works();
    await other.start();
    expect(await other.shows(other.says)).toBe(ofOther);

    one.ends();
    other.ends();
    expect(await one.shows('alpha is done.')).toBe(ofOne);
    expect(await other.shows('beta is done.')).toBe(ofOther);
    await sleep(2_000); // a box too many would be here by now
    expect(rig.boxes().map(({ title }) => title.slice(0, 6))).toEqual(['[DONE]', '[DONE]']);
    for (const gateways of gatewaysByPost(rig).values()) expect(gateways.size).toBe(1);
    expect([await one.isUp(), await other.isUp()]).toEqual([true, true]);
  });

  it('with ids of their own choice, too, and a turn whose gateway lost its state and is called otherwise keeps its post', async (context) => {
    const { rig, one, other } = await open(context);
    await Promise.all([one.start({ GATEWAY_ID: 'web-1' }), other.start({ GATEWAY_ID: 'web-2' })]);
    one.begins();
    other.begins();
    const [ofOne, ofOther] = [await one.shows(one.says), await other.shows(other.says)];
    await one.kill();
    one.forget();
    one.works();
    await one.start({ GATEWAY_ID: 'renamed' });
    expect(await one.shows(one.says)).toBe(ofOne);
    other.works();
    expect(await other.shows(other.says)).toBe(ofOther);
    await sleep(2_000); // a box too many would be here by now
    expect(rig.boxes()).toHaveLength(2);
    expect([await one.isUp(), await other.isUp()]).toEqual([true, true]);
  });
});

describe('posts of 0.1, which name no gateway', () => {
  it('are taken over after an upgrade, each by the gateway that wrote it, and none is doubled', async (context) => {
    const { rig, one, other } = await open(context);
    await one.start();
    one.begins(Date.now() - OTHER_TURN_AFTER_MS);
    const ofOne = await one.shows(one.says);
    await one.kill();
    one.forget('gateway-id');
    asBefore(rig);

    await other.start(); // first: what 0.1 left looks like its own
    other.begins();
    const ofOther = await other.shows(other.says);
    expect(ofOther).not.toBe(ofOne);
    one.works();
    await one.start();
    expect(await one.shows(one.says)).toBe(ofOne);
    one.ends();
    expect(await one.shows('alpha is done.')).toBe(ofOne);
    expect(rig.boxes()).toHaveLength(2);
    for (const gateways of gatewaysByPost(rig).values()) expect(gateways.size).toBe(1);
  });

  it('that two gateways take for their own are left to exactly one, and the box of the other goes on in a post of its own', async (context) => {
    const { rig, one, other } = await open(context);
    const began = Date.now();
    await one.start();
    one.begins(began);
    const shared = await one.shows(one.says);
    await one.kill();
    one.forget('gateway-id');
    asBefore(rig);
    other.begins(began); // the same key in the same millisecond: the same box by its name
    one.works();
    await Promise.all([one.start(), other.start()]);
    const detail = (): string => one.detail() + other.detail();
    await until('one has given up', () => rig.boxes().length === 2, { detail, timeoutMs: 150_000 }); // each looks every ten seconds
    one.works();
    other.works();
    const posts = [await one.shows(one.says), await other.shows(other.says)];
    expect(posts).toContain(shared);
    one.ends();
    other.ends();
    expect([await one.shows('alpha is done.'), await other.shows('beta is done.')]).toEqual(posts);
    expect(rig.boxes()).toHaveLength(2);
    expect([await one.isUp(), await other.isUp()]).toEqual([true, true]);
  });
});
