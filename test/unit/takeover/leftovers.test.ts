import { describe, expect, it } from 'vitest';
import type { BoxView } from '../../../src/boxes/publish/publisher-ports.ts';
import type { Card } from '../../../src/core/card.ts';
import { PushError, type Target } from '../../../src/core/sink.ts';
import { introduced } from '../core/introduced.ts';
import type { Session } from '../../../src/core/session.ts';
import { fingerprint } from '../../../src/core/turn.ts';
import { PostStore } from '../../../src/store/post-store.ts';
import { withAdoption } from '../../../src/takeover/adoption.ts';
import { GRACE_MS, Leftovers } from '../../../src/takeover/leftovers.ts';
import { PostedGateways } from '../../../src/takeover/posted-gateways.ts';
import type { KnownTurn } from '../../../src/takeover/same-turn.ts';
import { rowsInMemory } from '../store/rows-in-memory.ts';
import { CHANNEL, createPosts, type Posts } from '../app/posts.ts';
import { FakeClock } from '../../support/clock.ts';

const KEY = 'agent:main:main';
const MINUTE_MS = 60_000;
const POSTED = {
  boxId: 'b',
  target: { channelId: CHANNEL },
  phase: 'posted',
  pendingPostId: 'x',
  postId: 'p',
  seq: 3,
  createdAt: 0,
} as const;
const DONE: Card = { state: 'done', color: '', title: '[DONE]', lines: [], droppedLines: 0, fallback: '', urgentKey: '', final: true };

interface Setup {
  clock: FakeClock;
  posts: Posts;
  records: PostStore;
  turns: KnownTurn[];
  claimed: [boxId: string, target: Target][];
  shown: BoxView[];
  forgotten: string[];
  /** What the server names as channels of ours. */
  channels: string[];
  sessions: Map<string, Session>;
  search(): Promise<void>;
  claimRemembered(): void;
}

function setup(): Setup {
  const clock = new FakeClock();
  const posts = createPosts();
  const records = new PostStore(rowsInMemory(), () => undefined);
  const turns: KnownTurn[] = [];
  const claimed: Setup['claimed'] = [];
  const shown: BoxView[] = [];
  const forgotten: string[] = [];
  const channels = [CHANNEL];
  const sessions = new Map([[KEY, introduced(KEY)]]);
  const gateways = new PostedGateways('us');
  const sink = withAdoption(posts, clock, 'me', {
    turns: () => turns,
    posts: records,
    gateways,
    findAny: (channelId, sinceAt) => posts.findOwn(channelId, sinceAt),
  });
  const show = (view: BoxView): void => {
    shown.push(view);
    const postId = [...posts.byId.values()].find(({ meta }) => (meta as { box: string }).box === view.boxId)?.postId ?? '';
    void sink.edit(postId, { props: {} });
  };
  const leftovers = new Leftovers(
    {
      clock,
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
      sink,
      board: {
        claim: (boxId, target) => void claimed.push([boxId, target]),
        identities: () => turns,
      },
      sessions,
      publisher: { adopt: () => undefined, show, forget: (boxId) => void forgotten.push(boxId) },
      posts: records,
      gateways,
      channels: async () => channels,
    },
    GRACE_MS,
  );
  return {
    clock,
    posts,
    records,
    turns,
    claimed,
    shown,
    forgotten,
    channels,
    sessions,
    search: () => leftovers.search(),
    claimRemembered: () => leftovers.claimRemembered(),
  };
}

describe('an open post of an earlier watcher', () => {
  it('is given to its turn', async () => {
    const { posts, turns, claimed, search } = setup();
    posts.write('p', { box: 'b' });
    turns.push({ boxId: 'b', box: 'b', session: 'theirs', runs: [], start: 0 });
    await search();
    expect(claimed).toContainEqual(['b', { channelId: CHANNEL }]);
  });

  it('of a session that is known and a turn that is not is lost after a minute, not before', async () => {
    const { clock, posts, shown, search } = setup();
    posts.write('p', { box: 'b', session: fingerprint(KEY), gateway: 'us' });
    await search();
    await clock.advance(GRACE_MS - 1);
    expect(shown).toEqual([]);
    await clock.advance(1);
    expect(shown).toMatchObject([{ boxId: 'b', card: { state: 'lost', title: '[LOST] source gone | main', final: true } }]);
  });

  it.each([
    ['another gateway, which may have the same keys', { gateway: 'them' }],
    ['0.1, which names no gateway', {}],
  ])('of a session that is known, but written by %s, is lost when nobody has written to it for eleven minutes', async (_name, meta) => {
    const { clock, posts, shown, search } = setup();
    for (let minute = 0; minute <= 30; minute++) {
      if (minute % 10 === 0) posts.write('p', { box: 'b', session: fingerprint(KEY), seq: minute, ...meta });
      if (minute === 0) await search();
      await clock.advance(MINUTE_MS);
    }
    expect(shown).toEqual([]);
    await clock.advance(15 * MINUTE_MS);
    expect(shown).toMatchObject([{ boxId: 'b', card: { state: 'lost' } }]);
  });

  it('of a gateway that is called otherwise, but of a log that we read, is lost after a minute', async () => {
    const { clock, posts, sessions, shown, search } = setup();
    const sessionId = '0f0f0f0f-0000-4000-8000-000000000000';
    sessions.set(KEY, { ...introduced(KEY), sessionId });
    posts.write('p', { box: 'b', session: fingerprint(KEY), gateway: 'former', log: fingerprint(sessionId) });
    await search();
    await clock.advance(GRACE_MS);
    expect(shown).toMatchObject([{ boxId: 'b', card: { state: 'lost' } }]);
  });

  it('that another post of ours replaces, as only our records say, is left alone', async () => {
    const { clock, posts, records, turns, shown, search } = setup();
    posts.write('p', { box: 'b', session: fingerprint(KEY) });
    turns.push({ boxId: 'b', box: 'b', session: fingerprint(KEY), runs: [], start: 0 });
    records.save({ ...POSTED, postId: 'successor', replaces: 'p', owedFinal: false, final: true });
    await search();
    await clock.advance(30 * MINUTE_MS);
    expect(shown).toEqual([]);
  });

  it('of somebody else is left alone as long as somebody writes to it', async () => {
    const { clock, posts, shown, search } = setup();
    posts.write('p', { session: 'theirs' });
    await search();
    for (let minute = 0; minute < 60; minute++) {
      if (minute % 10 === 0) posts.write('p', { session: 'theirs', seq: minute + 2 });
      await clock.advance(MINUTE_MS);
    }
    expect(shown).toEqual([]);
  });

  it('of somebody else that got its end from them, or was deleted, is left alone', async () => {
    for (const end of [(posts: Posts) => posts.write('p', { open: false, seq: 2 }), (posts: Posts) => posts.byId.delete('p')]) {
      const { clock, posts, shown, search } = setup();
      posts.write('p', { session: 'theirs' });
      await search();
      await clock.advance(5 * MINUTE_MS);
      end(posts);
      await clock.advance(2 * MINUTE_MS);
      const reads = posts.reads.length;
      await clock.advance(30 * MINUTE_MS);
      expect([shown, posts.reads.length]).toEqual([[], reads]);
    }
  });

  it('of somebody else is not lost while it cannot be read, but when nobody wrote to it meanwhile', async () => {
    const { clock, posts, shown, search } = setup();
    posts.write('p', { session: 'theirs' });
    await search();
    await clock.advance(2 * MINUTE_MS);
    posts.refusal = new PushError('unreachable', 'down');
    await clock.advance(20 * MINUTE_MS);
    expect(shown).toEqual([]);
    posts.refusal = undefined;
    posts.write('p', { session: 'theirs', seq: 2 });
    await clock.advance(10 * MINUTE_MS);
    expect(shown).toEqual([]);
    await clock.advance(3 * MINUTE_MS);
    expect(shown).toHaveLength(1);
  });

  it('that nobody wrote to for eleven minutes is lost, whoever made it', async () => {
    const { clock, posts, shown, search } = setup();
    posts.write('p', { session: 'theirs' });
    await search();
    await clock.advance(11 * MINUTE_MS);
    expect(shown).toEqual([]);
    await clock.advance(2 * MINUTE_MS);
    expect(shown).toMatchObject([{ boxId: 'p', card: { title: '[LOST] source gone' } }]);
  });

  it('whose end is remembered is left to that end', async () => {
    const { clock, posts, records, shown, search } = setup();
    posts.write('p', { box: 'b', session: fingerprint(KEY) });
    const meta = { session: fingerprint(KEY), runs: [], start: 0 };
    records.save({ ...POSTED, owedFinal: true, owedView: { card: DONE, turnStartedAt: 0, meta }, final: true });
    await search();
    await clock.advance(30 * MINUTE_MS);
    expect(shown).toEqual([]);
  });

  it('that says its end already is nobody’s business where its turn is not known', async () => {
    const { clock, posts, turns, shown, claimed, search } = setup();
    posts.write('p', { session: fingerprint(KEY), open: false });
    turns.push({ boxId: 'neighbour', box: 'neighbour', session: fingerprint(KEY), runs: [], start: 0 });
    await search();
    await clock.advance(30 * MINUTE_MS);
    expect([shown, claimed]).toEqual([[], []]);
  });

  it('that says an end is given to its turn, of which more may have become known', async () => {
    const { posts, turns, claimed, search } = setup();
    posts.write('p', { box: 'b', open: false });
    turns.push({ boxId: 'b', box: 'b', session: 'theirs', runs: [], start: 0 });
    await search();
    expect(claimed).toEqual([['b', { channelId: CHANNEL }]]);
  });
});

describe('a channel that cannot be looked through', () => {
  const refusal = new PushError('no_access', 'not a member');

  it('is looked through as soon as it can be', async () => {
    const { clock, posts, turns, claimed, search } = setup();
    posts.write('p', { box: 'b' });
    turns.push({ boxId: 'b', box: 'b', session: 'theirs', runs: [], start: 0 });
    posts.refusal = refusal;
    await search();
    await clock.advance(30 * MINUTE_MS);
    expect(claimed).toEqual([]);
    posts.refusal = undefined;
    await clock.advance(11 * MINUTE_MS);
    expect(claimed).toContainEqual(['b', { channelId: CHANNEL }]);
  });

  it('is looked through as soon as the account is let in, which is when the server names it', async () => {
    const { clock, posts, turns, claimed, channels, search } = setup();
    posts.write('p', { box: 'b' });
    turns.push({ boxId: 'b', box: 'b', session: 'theirs', runs: [], start: 0 });
    channels.pop();
    await search();
    await clock.advance(30 * MINUTE_MS);
    channels.push(CHANNEL);
    await clock.advance(11 * MINUTE_MS);
    expect(claimed).toContainEqual(['b', { channelId: CHANNEL }]);
  });

  it('is asked about no more than every ten minutes, and not at all once it was looked through', async () => {
    const { clock, posts, search } = setup();
    posts.refusal = refusal;
    await search();
    await clock.advance(60 * MINUTE_MS);
    expect(posts.searches).toBeLessThanOrEqual(7);
    posts.refusal = undefined;
    await clock.advance(11 * MINUTE_MS);
    const { searches } = posts;
    await clock.advance(60 * MINUTE_MS);
    expect(posts.searches).toBe(searches);
  });

  it('does not make a remembered post forgotten whose turn nobody knows', async () => {
    const { clock, posts, records, shown, forgotten, search } = setup();
    posts.write('p', { box: 'b', session: fingerprint(KEY) });
    records.save({ ...POSTED, owedFinal: false, final: false });
    posts.refusal = refusal;
    await search();
    await clock.advance(30 * MINUTE_MS);
    expect(forgotten).toEqual([]);
    posts.refusal = undefined;
    await clock.advance(11 * MINUTE_MS);
    expect(shown).toMatchObject([{ boxId: 'b', card: { state: 'lost' } }]);
  });
});

describe('a remembered post', () => {
  it('is given to its box as soon as the sources have caught up, though that box would get none any more', () => {
    const { records, claimed, claimRemembered } = setup();
    records.save({ ...POSTED, owedFinal: false, final: false });
    claimRemembered();
    expect(claimed).toEqual([['b', { channelId: CHANNEL }]]);
  });
});

describe('a remembered post whose turn nobody knows', () => {
  it.each([
    ['was deleted', undefined],
    ['says its end', { open: false }],
  ])('is forgotten where it %s', async (_name, meta) => {
    const { clock, posts, records, forgotten, search } = setup();
    if (meta !== undefined) posts.write('p', { box: 'b', session: fingerprint(KEY), ...meta });
    records.save({ ...POSTED, owedFinal: false, final: false });
    await search();
    await clock.advance(GRACE_MS);
    expect(forgotten).toContain('b');
  });
});
