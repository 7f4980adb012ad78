import { describe, expect, it } from 'vitest';
import type { BoxView } from '../../../src/boxes/publisher-ports.ts';
import type { Target } from '../../../src/core/sink.ts';
import { newSession } from '../../../src/core/reduce.ts';
import { fingerprint } from '../../../src/core/turn.ts';
import { withAdoption } from '../../../src/daemon/adoption.ts';
import { GRACE_MS, Leftovers } from '../../../src/daemon/leftovers.ts';
import { Memory } from '../../../src/daemon/memory.ts';
import { PostLedger } from '../../../src/daemon/post-ledger.ts';
import type { TurnIdentity } from '../../../src/daemon/same-turn.ts';
import { createFakeClock, type FakeClock } from '../sinks/fake-clock.ts';
import { CHANNEL, createPosts, type Posts } from './posts.ts';

const KEY = 'agent:main:main';
const MINUTE_MS = 60_000;

interface Setup {
  clock: FakeClock;
  posts: Posts;
  ledger: PostLedger;
  turns: TurnIdentity[];
  claimed: [boxId: string, target: Target][];
  shown: BoxView[];
  search(): Promise<void>;
}

function setup(): Setup {
  const clock = createFakeClock();
  const posts = createPosts();
  const ledger = new PostLedger(new Memory({ rows: () => [], write: () => true, problem: () => undefined, close: () => undefined }));
  const turns: TurnIdentity[] = [];
  const claimed: Setup['claimed'] = [];
  const shown: BoxView[] = [];
  const sink = withAdoption(posts, clock, 'me', { turns: () => turns, boxOfPost: (postId) => ledger.boxOf(postId) });
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
        sessions: () => new Map([[KEY, newSession(KEY)]]),
      },
      publisher: { adopt: () => undefined, show, forget: () => undefined },
      posts: ledger,
      channels: async () => [CHANNEL],
    },
    GRACE_MS,
  );
  return { clock, posts, ledger, turns, claimed, shown, search: () => leftovers.search() };
}

describe('an open post of an earlier watcher', () => {
  it('is given to its turn', async () => {
    const { posts, turns, claimed, search } = setup();
    posts.write('p', { box: 'b' });
    turns.push({ box: 'b', session: 'theirs', runs: [], start: 0 });
    await search();
    expect(claimed).toContainEqual(['b', { channelId: CHANNEL }]);
  });

  it('of a session that is known and a turn that is not is lost after a minute, not before', async () => {
    const { clock, posts, shown, search } = setup();
    posts.write('p', { box: 'b', session: fingerprint(KEY) });
    await search();
    await clock.advance(GRACE_MS - 1);
    expect(shown).toEqual([]);
    await clock.advance(1);
    expect(shown).toMatchObject([{ boxId: 'b', card: { state: 'lost', title: '[LOST] source gone | main', final: true } }]);
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
    const { clock, posts, ledger, shown, search } = setup();
    posts.write('p', { box: 'b', session: fingerprint(KEY) });
    const card = {
      state: 'done',
      color: '',
      title: '[DONE]',
      lines: [],
      droppedLines: 0,
      fallback: '',
      urgentKey: '',
      final: true,
    } as const;
    ledger.save({
      boxId: 'b',
      target: { channelId: CHANNEL },
      phase: 'posted',
      pendingPostId: 'x',
      postId: 'p',
      seq: 3,
      owedFinal: true,
      owedView: { card: { ...card, lines: [] }, turnStartedAt: 0, meta: { session: fingerprint(KEY), runs: [], start: 0 } },
      final: true,
      createdAt: 0,
    });
    await search();
    await clock.advance(30 * MINUTE_MS);
    expect(shown).toEqual([]);
  });

  it('that says its end already is nobody’s business', async () => {
    const { clock, posts, shown, claimed, search } = setup();
    posts.write('p', { session: fingerprint(KEY), open: false });
    await search();
    await clock.advance(30 * MINUTE_MS);
    expect([shown, claimed]).toEqual([[], []]);
  });
});
