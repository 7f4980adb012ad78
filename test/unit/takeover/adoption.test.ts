// Whose post is taken instead of a new one.

import { describe, expect, it } from 'vitest';
import { metaOf, type LiveStatusMeta } from '../../../src/boxes/publish/post-meta.ts';
import { PushError, type PostDraft } from '../../../src/core/sink.ts';
import { type AdoptingSink, type AdoptionOptions, withAdoption } from '../../../src/takeover/adoption.ts';
import { PostedGateways } from '../../../src/takeover/posted-gateways.ts';
import type { KnownTurn } from '../../../src/takeover/same-turn.ts';
import { CHANNEL, createPosts, type Posts } from '../app/posts.ts';
import { FakeClock } from '../../support/clock.ts';

interface Setup {
  posts: Posts;
  sink: AdoptingSink;
  turns: KnownTurn[];
  /** What is remembered of posts. */
  owners: Map<string, string>;
}

function setup(): Setup {
  const posts = createPosts();
  const turns: KnownTurn[] = [];
  const owners = new Map<string, string>();
  const remembered = { boxOf: (postId: string) => owners.get(postId), replacedIds: () => [] };
  const sink = withAdoption(posts, new FakeClock(), 'me', { turns: () => turns, posts: remembered, ...ofGateway(posts) });
  return { posts, sink, turns, owners };
}

const ofGateway = (posts: Posts): Pick<AdoptionOptions, 'gateways' | 'findAny'> => ({
  gateways: new PostedGateways('us'),
  findAny: (channelId, sinceAt) => posts.findOwn(channelId, sinceAt),
});

function turn(box: string, change: Partial<KnownTurn> = {}): KnownTurn {
  return { boxId: box, box, session: 'theirs', runs: [], start: 0, ...change };
}

function draftOf({ boxId, ...meta }: KnownTurn): PostDraft {
  const card = { state: 'active', color: '', title: '', lines: [], droppedLines: 0, fallback: '', urgentKey: '', final: false } as const;
  const view = { boxId, target: { channelId: CHANNEL }, card: { ...card, lines: [] }, turnStartedAt: 0, meta };
  return { target: view.target, pendingPostId: boxId, props: { livestatus: metaOf(view, { seq: 1, instance: 'me', claimedAt: 1 }) } };
}

const NEW = { postId: 'new' };

describe('a new box', () => {
  it.each<[string, Partial<LiveStatusMeta>, Partial<KnownTurn>]>([
    ['open', {}, {}],
    ['closed', { open: false }, {}],
  ])('takes the %s post of its own', async (_name, meta, change) => {
    const { posts, sink } = setup();
    posts.write('p', { box: 'b', ...meta });
    expect(await sink.create(draftOf(turn('b', change)))).toEqual({ postId: 'p', existed: true });
  });

  it.each<[string, Partial<LiveStatusMeta>, Partial<KnownTurn>]>([
    ['an open post of about its beginning', {}, { start: 9_000 }],
    ['a closed post of its trigger', { open: false, trigger: 't' }, { trigger: 't', start: 60_000 }],
  ])('takes %s, though it was called otherwise', async (_name, meta, change) => {
    const { posts, sink } = setup();
    posts.write('p', { box: 'otherwise', ...meta });
    expect(await sink.create(draftOf(turn('b', change)))).toEqual({ postId: 'p', existed: true });
  });

  it.each<[string, Partial<LiveStatusMeta>]>([
    ['a closed one of about its beginning', { open: false }],
    ['one of this process', { instance: 'me' }],
    ['one of another gateway, though the box is called alike', { box: 'b', gateway: 'them' }],
    ['one of another session', { session: 'other' }],
  ])('does not take %s', async (_name, meta) => {
    const { posts, sink } = setup();
    posts.write('p', { box: 'otherwise', ...meta });
    expect(await sink.create(draftOf(turn('b')))).toEqual(NEW);
  });

  it('does not take a post that is remembered for a turn that is known', async () => {
    const { posts, sink, turns, owners } = setup();
    posts.write('p', { box: 'otherwise', start: 8_000 });
    owners.set('p', 'neighbour');
    turns.push(turn('neighbour'));
    expect(await sink.create(draftOf(turn('b', { start: 9_000 })))).toEqual(NEW);
    turns.pop();
    expect(await sink.create(draftOf(turn('b', { start: 9_000 })))).toEqual({ postId: 'p', existed: true });
  });

  it('takes the newest post of its own, which tells the end that the one before could not tell', async () => {
    const { posts, sink } = setup();
    posts.write('old', { box: 'b' });
    posts.write('new end', { box: 'b', open: false, replaces: 'old' });
    expect(sink.leftovers()).toEqual([]);
    await sink.search(CHANNEL);
    expect(sink.leftovers().map(({ post }) => post.postId)).toEqual(['new end']);
    expect(await sink.create(draftOf(turn('b')))).toEqual({ postId: 'new end', existed: true, replaces: 'old' });
  });

  it('that is to replace a post takes only a post that replaces that one, and nobody else takes the replaced one', async () => {
    const { posts, sink } = setup();
    posts.write('old', { box: 'b' });
    const draft = draftOf(turn('b'));
    const successor = { ...draft, props: { livestatus: { ...(draft.props['livestatus'] as object), replaces: 'old' } } };
    expect(await sink.create(successor)).toEqual(NEW);
    expect(sink.leftovers()).toEqual([]);
  });

  it('does not take a post that another box has taken or has written to', async () => {
    const { posts, sink } = setup();
    posts.write('p', { box: 'otherwise' });
    posts.write('q', { box: 'other', session: 'second' });
    await sink.create(draftOf(turn('a')));
    await sink.edit('q', { props: {} });
    expect(await sink.create(draftOf(turn('b', { start: 5_000 })))).toEqual(NEW);
    expect(await sink.create(draftOf(turn('c', { session: 'second' })))).toEqual(NEW);
  });

  it('does not take a post that another gateway has claimed', async () => {
    const { posts, sink } = setup();
    posts.write('p', { box: 'b' });
    expect(await sink.create(draftOf(turn('b')))).toEqual({ postId: 'p', existed: true });
    sink.disown('p');
    expect(await sink.create(draftOf(turn('b')))).toEqual(NEW);
  });

  it('is not in the thread of a session of the same key on another gateway', async () => {
    const { posts, sink } = setup();
    posts.write('p', { gateway: 'them' });
    expect(await sink.threadOf({ session: 'theirs' }, CHANNEL)).toBeUndefined();
    posts.write('q', { gateway: 'us' });
    await sink.inspect('q');
    expect(await sink.threadOf({ session: 'theirs' }, CHANNEL)).toBe('q');
  });

  it('does not take a post that turned out to be deleted', async () => {
    const { posts, sink } = setup();
    posts.write('p', { box: 'b' });
    expect(await sink.create(draftOf(turn('b')))).toEqual({ postId: 'p', existed: true });
    posts.edit = () => Promise.reject(new PushError('gone', 'deleted'));
    await expect(sink.edit('p', { props: {} })).rejects.toMatchObject({ reason: 'gone' });
    expect(await sink.create(draftOf(turn('b')))).toEqual(NEW);
  });

  it('is not compared with all turns where no earlier process has left a post of its session', async () => {
    const posts = createPosts();
    const sink = withAdoption(posts, new FakeClock(), 'me', {
      turns: () => {
        throw new Error('nobody needs them');
      },
      posts: { boxOf: () => undefined, replacedIds: () => [] },
      ...ofGateway(posts),
    });
    posts.write('p', { box: 'otherwise', session: 'other' });
    expect(await sink.create(draftOf(turn('b')))).toEqual(NEW);
    posts.write('q', { box: 'third' });
    await sink.inspect('q');
    await expect(sink.create(draftOf(turn('c')))).rejects.toThrow('nobody needs them');
  });

  it('is not posted before its channel was looked through, which is done once', async () => {
    const { posts, sink } = setup();
    posts.refusal = new PushError('no_access', 'not a member');
    await expect(sink.create(draftOf(turn('a')))).rejects.toMatchObject({ reason: 'no_access' });
    posts.refusal = undefined;
    await sink.create(draftOf(turn('a')));
    await sink.create(draftOf(turn('b')));
    expect([posts.searches, posts.creates]).toEqual([2, 2]);
  });
});
