// One thread for each session that a rule of ROUTES places: over turns, restarts, kills, deletions and pauses.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Post } from '../../src/stand-in/post.ts';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { until } from '../support/until.ts';
import { boxesOf } from './harness.ts';
import { type RoutedRig, routedRig, SHOP } from './routed-rig.ts';

const ROUTES = 'claude-code:/home/dev/shop*=lab/agents';
const HOUR_MS = 3_600_000;

/** The post of the turn that was asked under that id. */
function postOf(rig: RoutedRig, id: string): Post | undefined {
  return rig.posts().find((post) => boxesOf([post])[0]?.text.includes(id) === true);
}

async function posted(rig: RoutedRig, id: string): Promise<Post> {
  await until(`the box of ${id}`, () => postOf(rig, id) !== undefined, { detail: () => JSON.stringify(rig.log.slice(-30), null, 1) });
  return postOf(rig, id) as Post;
}

/** Asked, answered, and its box says so. */
async function turn(rig: RoutedRig, sessionKey: string, id: string): Promise<Post> {
  rig.asks(sessionKey, id);
  rig.answers(sessionKey, id);
  return ended(rig, id);
}

async function ended(rig: RoutedRig, id: string): Promise<Post> {
  await until(`the end of ${id}`, () => boxesOf([postOf(rig, id)].flatMap((post) => post ?? []))[0]?.title.startsWith('[DONE]') === true, {
    detail: () =>
      JSON.stringify(
        [
          boxesOf(rig.posts()),
          rig.standIn.requests.slice(-8).map(({ method, path, status }) => `${method} ${path} ${status}`),
          ...rig.log.slice(-30),
        ],
        null,
        1,
      ),
  });
  return posted(rig, id);
}

describe('the boxes of a session', () => {
  it('stand in one thread: the first is a post, later ones reply to it, also after a restart and a kill; other sessions have their own', async () => {
    const rig = await routedRig();
    const first = await rig.start(ROUTES);
    const root = await turn(rig, 's1', 'one');
    const other = await turn(rig, 's2', 'other');
    expect([root.channel_id, root.root_id, other.root_id]).toEqual([SAMPLE.publicId, '', '']);
    expect((await turn(rig, 's1', 'two')).root_id).toBe(root.id);
    await first.stop();
    const second = await rig.start(ROUTES);
    expect((await turn(rig, 's1', 'three')).root_id).toBe(root.id);
    second.kill();
    await rig.start(ROUTES);
    expect((await turn(rig, 's1', 'four')).root_id).toBe(root.id);
    expect((await turn(rig, 's2', 'other again')).root_id).toBe(other.id);
    expect(rig.posts()).toHaveLength(6);
  });

  it('that open at the same moment wait for the first post, and reply to it', async () => {
    const rig = await routedRig();
    await rig.start(ROUTES);
    for (const id of ['one', 'two', 'three']) {
      rig.asks('s1', id);
      rig.answers('s1', id);
    }
    const posts = [await ended(rig, 'one'), await ended(rig, 'two'), await ended(rig, 'three')];
    expect(posts.filter(({ root_id }) => root_id === '')).toHaveLength(1);
    expect(rig.posts()).toHaveLength(3);
  });

  it.each([1, 2, 3, 4])('stand in one thread, each once, when the watcher is killed while creation %i is on its way', async (nth) => {
    const rig = await routedRig();
    const life = await rig.start(ROUTES);
    let creations = 0;
    rig.onRequest((method, path) => {
      if (method === 'POST' && path.endsWith('/posts') && ++creations === nth) life.kill();
    });
    for (const id of ['one', 'two', 'three', 'four'].slice(0, nth)) {
      rig.asks('s1', id);
      rig.answers('s1', id);
      await until(`the creation for ${id}`, () => postOf(rig, id) !== undefined);
    }
    expect(creations).toBe(nth);
    await rig.start(ROUTES);
    const root = await ended(rig, 'one');
    await turn(rig, 's1', 'five');
    expect(rig.posts().map(({ root_id }) => root_id)).toEqual(['', ...Array.from({ length: nth }, () => root.id)]);
    expect(new Set(boxesOf(rig.posts()).map(({ text }) => text)).size).toBe(nth + 1);
  });

  it('wait in an outage for the first post, and are one thread after it', async () => {
    const rig = await routedRig();
    await rig.start(ROUTES, { CIRCUIT_BREAKER_COOLDOWN_S: '1' });
    rig.standIn.faults.add({ match: { method: 'POST', path: /posts$/ }, times: 3, fault: { kind: 'status', status: 503 } });
    for (const id of ['one', 'two']) {
      rig.asks('s1', id);
      rig.answers('s1', id);
    }
    const root = await ended(rig, 'one');
    expect([root.root_id, (await ended(rig, 'two')).root_id]).toEqual(['', root.id]);
  });

  it('begin a new thread when a person has deleted the first post, and go on in that', async () => {
    const rig = await routedRig();
    await rig.start(ROUTES);
    const root = await turn(rig, 's1', 'one');
    remove(rig, root);
    const fresh = await turn(rig, 's1', 'two');
    expect(fresh.root_id).toBe('');
    expect((await turn(rig, 's1', 'three')).root_id).toBe(fresh.id);
  });

  it('begin a new thread when the first post is deleted at the moment in which a reply is created', async () => {
    const rig = await routedRig();
    await rig.start(ROUTES);
    const root = await turn(rig, 's1', 'one');
    let isDeleted = false;
    rig.onRequest((method, path) => {
      if (isDeleted || method !== 'POST' || !path.endsWith('/posts')) return;
      isDeleted = true;
      remove(rig, root);
    });
    const fresh = await turn(rig, 's1', 'two');
    expect(fresh.root_id).toBe('');
    expect((await turn(rig, 's1', 'three')).root_id).toBe(fresh.id);
  });

  it('go on in their thread after eleven hours, and in a new one thirteen hours after that', async () => {
    const rig = await routedRig();
    const first = await rig.start(ROUTES);
    const root = await turn(rig, 's1', 'one');
    await first.stop();
    rig.later(11 * HOUR_MS);
    const second = await rig.start(ROUTES);
    expect((await turn(rig, 's1', 'two')).root_id).toBe(root.id);
    await second.stop();
    rig.later(13 * HOUR_MS);
    await rig.start(ROUTES);
    const fresh = await turn(rig, 's1', 'three');
    expect(fresh.root_id).toBe('');
    expect((await turn(rig, 's1', 'four')).root_id).toBe(fresh.id);
  });

  it.each(['that was stopped', 'that was killed'])(
    'go on in their thread after a watcher %s, when its state directory is lost',
    async (how) => {
      const rig = await routedRig();
      const life = await rig.start(ROUTES);
      const root = await turn(rig, 's1', 'one');
      await turn(rig, 's1', 'two');
      rig.asks('s1', 'three');
      await posted(rig, 'three');
      if (how === 'that was killed') life.kill();
      else await life.stop();
      rmSync(join(rig.folder, 'state'), { recursive: true });
      await rig.start(ROUTES);
      rig.answers('s1', 'three');
      await ended(rig, 'three');
      expect((await turn(rig, 's1', 'four')).root_id).toBe(root.id);
      expect(rig.posts().map(({ root_id }) => root_id)).toEqual(['', root.id, root.id, root.id]);
    },
  );

  it('are taken over when the first of them still runs and its state directory is lost', async () => {
    const rig = await routedRig();
    const life = await rig.start(ROUTES);
    rig.asks('s1', 'one');
    const root = await posted(rig, 'one');
    life.kill();
    rmSync(join(rig.folder, 'state'), { recursive: true });
    await rig.start(ROUTES);
    rig.answers('s1', 'one');
    expect((await ended(rig, 'one')).id).toBe(root.id);
    expect((await turn(rig, 's1', 'two')).root_id).toBe(root.id);
    expect(rig.posts()).toHaveLength(2);
  });

  it('show sub-agents inside of them, which get no post and no thread', async () => {
    const rig = await routedRig();
    await rig.start(ROUTES);
    rig.asks('s1', 'one');
    const facts = {
      type: 'session_seen',
      agentId: 'claude-code',
      address: SHOP,
      label: 'Explore 2',
      isSubAgent: true,
      parentKey: 's1',
    } as const;
    rig.did('s1', { type: 'child_spawned', callId: 'call-one', childKey: 's1:a' });
    rig.did('s1:a', facts);
    rig.did('s1:a', { type: 'turn_started', trigger: { kind: 'parent' }, messageId: 'child' });
    rig.did('s1:a', { type: 'tool_started', callId: 'grep', tool: 'Grep', args: { path: 'src/cart' } });
    await until('the sub-agent', () => boxesOf(rig.posts())[0]?.text.includes('src/cart') === true);
    expect(boxesOf(rig.posts())[0]?.text).toContain('Explore 2');
    rig.did('s1:a', { type: 'message', messageId: 'child-end', stop: 'stop' });
    rig.answers('s1', 'one');
    const root = await ended(rig, 'one');
    expect((await turn(rig, 's1', 'two')).root_id).toBe(root.id);
    expect(rig.posts()).toHaveLength(2);
  });

  it('stand each for itself with PLACEMENT=channel', async () => {
    const rig = await routedRig();
    await rig.start(ROUTES, { PLACEMENT: 'channel' });
    expect([(await turn(rig, 's1', 'one')).root_id, (await turn(rig, 's1', 'two')).root_id]).toEqual(['', '']);
  });
});

function remove(rig: RoutedRig, post: Post): void {
  rig.standIn.handle({
    method: 'DELETE',
    path: `/api/v4/posts/${post.id}`,
    headers: { authorization: `Bearer ${SAMPLE.adminToken}` },
    body: '',
  });
}
