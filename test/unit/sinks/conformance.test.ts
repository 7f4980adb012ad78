// What every layer of the sink must pass on, what it must refuse and what it must never do twice. The layers are in layers.ts.

import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Reason, Sink } from '../../../src/core/sink.ts';
import type { Fault } from '../../../src/stand-in/faults.ts';
import { reactionsOf } from '../../../src/stand-in/reactions.ts';
import { SAMPLE } from '../../../src/stand-in/sample-seed.ts';
import { until } from '../../support/until.ts';
import { type Call, draft, failureOf, failWith, type Ground, type Layer, LAYERS, openGround } from './layers.ts';

/** Those that send what they are asked for. */
const SENDING = Object.entries(LAYERS).filter(([, { refuses }]) => !('always' in refuses));
const CLOSINGS = Object.entries(LAYERS).flatMap(([name, layer]) =>
  Object.entries(layer.refuses).map((refusal) => [name, layer, ...refusal] as const),
);

const refused = (status: number, id: string): Fault => ({
  kind: 'status',
  status,
  body: JSON.stringify({ id, message: 'no', status_code: status }),
});

/** Answers of a server, what they mean, and for how long it wants to be left alone. */
const ANSWERS: readonly (readonly [Reason, number | undefined, Fault])[] = [
  ['rate_limited', 7_000, { kind: 'status', status: 429, headers: { 'retry-after': '7' }, body: 'limit exceeded\n' }],
  ['rate_limited', 1_000, { kind: 'status', status: 429, body: 'limit exceeded\n' }],
  ['server', 3_000, { kind: 'status', status: 503, html: true, headers: { 'retry-after': '3' } }],
  ['server', undefined, { kind: 'status', status: 502, html: true }],
  ['timed_out', undefined, { kind: 'status', status: 504, html: true }],
  ['unreachable', undefined, { kind: 'reset', applied: false }],
  ['in_progress', undefined, refused(500, 'api.post.deduplicate_create_post.pending')],
  ['auth', undefined, refused(401, 'api.context.session_expired.app_error')],
  ['no_access', undefined, refused(403, 'api.post.patch_post.can_not_update_post_in_restricted_dm.error')],
  ['archived', undefined, refused(400, 'api.post.create_post.can_not_post_to_deleted.error')],
  ['root_gone', undefined, refused(400, 'api.post.create_post.channel_root_id.app_error')],
  ['edit_expired', undefined, refused(400, 'api.post.update_post.permissions_time_limit.app_error')],
  ['rejected', undefined, refused(404, 'api.context.404.app_error')],
  ['too_large', undefined, { kind: 'status', status: 413, html: true }],
];

const OF_POSTS = ['create', 'edit', 'read', 'findOwn', 'findPinned', 'pin', 'react', 'unreact'] as const;

const BODY = { message: 'news', props: {} };

function callsOn(sink: Sink, postId: string, signal?: AbortSignal): Record<Call, () => Promise<unknown>> {
  return {
    create: () => sink.create(draft(), signal),
    edit: () => sink.edit(postId, BODY, signal),
    read: () => sink.read(postId, signal),
    findOwn: () => sink.findOwn(SAMPLE.publicId, 0, signal),
    findPinned: () => sink.findPinned(SAMPLE.publicId, signal),
    pin: () => sink.pin(postId, signal),
    react: () => sink.react(postId, 'eyes', signal),
    unreact: () => sink.unreact(postId, 'eyes', signal),
    probe: () => sink.probe(signal),
  };
}

/** A layer that has made a post, as it has most of its life. */
async function atWork(layer: Layer): Promise<{ ground: Ground; sink: Sink; stop: () => void | Promise<void>; postId: string }> {
  const ground = await openGround();
  const { sink, stop } = await layer.open(ground);
  const { postId } = await sink.create(draft());
  ground.arrived();
  return { ground, sink, stop, postId };
}

describe.each(SENDING)('%s passes on', (_name, layer) => {
  it('every call once, and its answer', async () => {
    const ground = await openGround();
    const { sink } = await layer.open(ground);
    const mine = draft();
    const { postId } = await sink.create(mine);
    expect(ground.arrived()).toEqual([...(layer.asksBeforeCreate ?? []), 'create']);
    expect(ground.standIn.posts().map(({ id }) => id)).toEqual([postId]);
    await sink.edit(postId, { message: 'news', props: mine.props });
    expect(ground.standIn.posts()[0]?.message).toBe('news');
    const found = await sink.read(postId);
    expect(found).toMatchObject({ postId, target: mine.target, meta: mine.props['livestatus'] });
    expect(await sink.findOwn(SAMPLE.publicId, 0)).toEqual([found]);
    expect(await sink.findOwn(SAMPLE.publicId, ground.clock.now() + 1)).toEqual([]);
    await sink.probe();
    expect(ground.arrived()).toEqual(['edit', 'read', 'findOwn', 'findOwn', 'probe']);
  });

  it.each(ANSWERS)('%s with a wait of %s ms, as the server meant it', async (reason, retryAfterMs, fault) => {
    const { ground, sink, postId } = await atWork(layer);
    failWith(ground, fault);
    const expected = { reason, retryAfterMs: layer.namesWaitMs?.[reason] ?? retryAfterMs };
    for (const call of OF_POSTS) expect([call, await failureOf(callsOn(sink, postId)[call]())]).toEqual([call, expected]);
  });

  it('reactions and pins, and that doing one again is no failure', async () => {
    const { ground, sink, postId } = await atWork(layer);
    const reactions = (): string[] => reactionsOf(ground.standIn.world, postId).map(({ emoji_name: name }) => name);
    await sink.react(postId, 'eyes');
    await sink.react(postId, 'eyes');
    expect(reactions()).toEqual(['eyes']);
    await sink.unreact(postId, 'eyes');
    await sink.unreact(postId, 'eyes');
    expect(reactions()).toEqual([]);
    expect(await sink.findPinned(SAMPLE.publicId)).toEqual([]);
    await sink.pin(postId);
    expect(await sink.findPinned(SAMPLE.publicId)).toEqual([await sink.read(postId)]);
    expect(ground.arrived()).toEqual(['react', 'react', 'unreact', 'unreact', 'findPinned', 'pin', 'findPinned', 'read']);
  });

  it('why a reaction or a pin is refused: the post is gone, the channel is archived, or it is not permitted', async () => {
    const { ground, sink, postId } = await atWork(layer);
    ground.standIn.switches.forbidReacting(true);
    expect(await failureOf(sink.react(postId, 'eyes'))).toMatchObject({ reason: 'no_access' });
    ground.standIn.switches.forbidReacting(false);
    ground.standIn.switches.archiveChannel(SAMPLE.publicId);
    expect(await failureOf(sink.unreact(postId, 'eyes'))).toMatchObject({ reason: 'archived' });
    ground.standIn.switches.restoreChannel(SAMPLE.publicId);
    ground.standIn.switches.deletePost(postId, SAMPLE.botId);
    expect(await failureOf(sink.react(postId, 'eyes'))).toMatchObject({ reason: 'gone' });
    expect(await failureOf(sink.pin(postId))).toMatchObject({ reason: 'gone' });
  });

  it('that a post is gone: an edit fails, a read finds nothing', async () => {
    const { ground, sink, postId } = await atWork(layer);
    ground.standIn.switches.deletePost(postId, SAMPLE.botId);
    expect(await failureOf(sink.edit(postId, BODY))).toMatchObject({ reason: 'gone' });
    expect(await sink.read(postId)).toBeUndefined();
  });

  it('the wish to give up: before it is sent, and while the server is silent', async () => {
    const { ground, sink, postId } = await atWork(layer);
    const given = { reason: 'timed_out', retryAfterMs: undefined };
    for (const call of [...OF_POSTS, 'probe'] as const) {
      expect([call, await failureOf(callsOn(sink, postId, AbortSignal.abort())[call]())]).toEqual([call, given]);
      expect(ground.arrived()).toEqual([]);
      ground.standIn.faults.add({ fault: { kind: 'hang', applied: false } });
      const giveUp = new AbortController();
      const failure = failureOf(callsOn(sink, postId, giveUp.signal)[call]());
      const arrived: string[] = [];
      await until('it has reached the server', () => arrived.push(...ground.arrived()) > 0);
      giveUp.abort();
      expect([call, await failure, arrived]).toEqual([call, given, [call]]);
    }
  });

  it('how long a probe may take', async () => {
    const { ground, sink } = await atWork(layer);
    ground.standIn.faults.add({ fault: { kind: 'hang', applied: false } });
    const askedAt = performance.now();
    expect(await failureOf(sink.probe(undefined, 50))).toMatchObject({ reason: 'timed_out' });
    expect(performance.now() - askedAt).toBeLessThan(4_500); // without a limit it takes five seconds
  });
});

describe.each(SENDING)('%s never does twice', (_name, layer) => {
  it('the create of a pending id: the same post comes again', async () => {
    const { ground, sink } = await atWork(layer);
    const mine = draft();
    const [first, second] = await Promise.all([sink.create(mine), sink.create(mine)]);
    expect(second.postId).toBe(first.postId);
    expect(ground.standIn.posts().filter(({ id }) => id === first.postId)).toHaveLength(1);
    expect(ground.standIn.posts()).toHaveLength(2);
  });

  it('a create whose answer was lost', async () => {
    const { ground, sink } = await atWork(layer);
    ground.standIn.faults.add({ match: { method: 'POST' }, fault: { kind: 'reset', applied: true } });
    expect(await failureOf(sink.create(draft()))).toMatchObject({ reason: 'unreachable' });
    expect(ground.arrived()).toEqual(['create']);
    expect(ground.standIn.posts()).toHaveLength(2);
  });

  it('any of many calls at once', async () => {
    const { ground, sink, postId } = await atWork(layer);
    await Promise.all(Array.from({ length: 12 }, () => sink.edit(postId, BODY)));
    expect(ground.arrived()).toEqual(Array.from({ length: 12 }, () => 'edit'));
  });

  it('a box whose post an earlier process made, if it looks for such posts; else another pending id is another post', async () => {
    const ground = await openGround();
    const theirs = await ground.mattermost.create(draft({ box: 'one-box', instance: 'earlier' }));
    const { sink } = await layer.open(ground);
    const { postId, existed } = await sink.create(draft({ box: 'one-box' }));
    const adopted = [postId === theirs.postId, existed === true, ground.standIn.posts().length];
    expect(adopted).toEqual(layer.adopts === true ? [true, true, 1] : [false, false, 2]);
  });
});

describe.each(CLOSINGS)('%s', (_name, layer, state, { close, reason }) => {
  it(`refuses everything when ${state}: ${reason}, and nothing reaches the server`, async () => {
    const ground = await openGround();
    const opened = await layer.open(ground);
    await close(opened, ground);
    ground.arrived();
    for (const [call, send] of Object.entries(callsOn(opened.sink, 'post')))
      expect([call, await failureOf(send())]).toMatchObject([call, { reason }]);
    expect(ground.arrived()).toEqual([]);
  });
});

describe.each(Object.entries(LAYERS))('%s', (_name, layer) => {
  it(`stops ${layer.stops}: no timer is left, and by itself it sends nothing any more`, async () => {
    const ground = await openGround();
    const opened = await layer.open(ground);
    for (const { close } of Object.values(layer.refuses)) await close(opened, ground);
    await opened.stop();
    ground.arrived();
    expect(ground.clock.pending()).toBe(0);
    await ground.clock.advance(3_600_000);
    expect(ground.arrived()).toEqual([]);
    if (layer.stops !== 'all') return;
    expect(await failureOf(opened.sink.probe())).not.toBe('none');
    expect(ground.arrived()).toEqual([]);
  });
});

it('every layer of the program is in the table', () => {
  const table = readFileSync('test/unit/sinks/layers.ts', 'utf8');
  const layers = globSync('src/**/*.ts').filter((path) => /from '[./]*core\/guarded\.ts'/.test(readFileSync(path, 'utf8')));
  expect(layers.length).toBeGreaterThan(6);
  expect(layers.filter((path) => !table.includes(`/${path}'`))).toEqual([]);
});
