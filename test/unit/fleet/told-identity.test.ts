// What the post of a turn says of itself, by whomever it is written: so a machine that joins a fleet, or leaves it, keeps its posts.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boxMetaOf, identityOf, metaOf } from '../../../src/boxes/publish/post-meta.ts';
import { Fold } from '../../../src/core/fold.ts';
import type { TurnTree } from '../../../src/core/session.ts';
import type { PostDraft } from '../../../src/core/sink.ts';
import { fingerprint } from '../../../src/core/turn.ts';
import { rootOf, treeOf } from '../../../src/core/tree.ts';
import { withAdoption } from '../../../src/takeover/adoption.ts';
import { pendingIdOfBox, withGateways } from '../../../src/takeover/gateway-posts.ts';
import { PostedGateways } from '../../../src/takeover/posted-gateways.ts';
import { CHANNEL, type Posts } from '../app/posts.ts';
import { play as playScenario } from '../both-sources/play.ts';
import { readScenario, scenarioNames } from '../both-sources/recorded.ts';
import { FakeClock } from '../../support/clock.ts';
import { chatServer } from './chat-server.ts';
import { play, recordFor, someSteps, someTree } from './random-turns.ts';
import { told } from './told.ts';

const USER = 'bot';

/** A publisher of that id that knows the turns of a fold, with the chat server before it. */
function publisherOf(gateway: string, fold: Fold, posts: Posts, instance = 'me') {
  const gateways = new PostedGateways(fingerprint(gateway), fold.gateways);
  const turns = () =>
    [...fold.sessionsByKey.values()].flatMap((session) =>
      session.turns.map((turn) => ({
        boxId: turn.boxId,
        ...boxMetaOf(turn.boxId),
        ...identityOf(treeOf(fold.sessionsByKey, session, turn)),
      })),
    );
  const sink = withAdoption(withGateways(posts, gateways), new FakeClock(), instance, {
    turns,
    posts: { boxOf: () => undefined, replacedIds: () => [] },
    gateways,
    findAny: (channelId, sinceAt) => posts.findOwn(channelId, sinceAt),
  });
  const draftOf = (tree: TurnTree): PostDraft => {
    const { boxId } = tree.turn;
    const view = { boxId, card: { final: false }, meta: identityOf(tree) };
    const livestatus = metaOf(view, { seq: 1, instance, claimedAt: 1 });
    return { target: { channelId: CHANNEL }, pendingPostId: pendingIdOfBox(boxId, USER, gateways.own), props: { livestatus } };
  };
  return { post: (tree: TurnTree) => sink.create(draftOf(tree)) };
}

async function postedBy(gateway: string, fold: Fold, tree: TurnTree): Promise<PostDraft> {
  const { posts, drafts } = chatServer();
  await publisherOf(gateway, fold, posts).post(tree);
  const [draft] = drafts;
  if (draft === undefined) throw new Error('nothing was posted');
  return draft;
}

/** The turn of a record as a publisher has it. */
function treeAtPublisher(fold: Fold, tree: TurnTree, gateway: string): TurnTree {
  const [root] = told(fold, { ...recordFor(tree), gateway });
  if (root === undefined) throw new Error('nothing was told');
  return treeOf(fold.sessionsByKey, root.session, root.turn);
}

async function expectSamePost(tree: TurnTree): Promise<void> {
  const fold = new Fold();
  const there = treeAtPublisher(fold, tree, 'web-1');
  expect(await postedBy('the fleet', fold, there)).toEqual(await postedBy('web-1', new Fold(), tree));
}

const scenarios = ['2026.2.26', '2026.7.35'].flatMap((version) => scenarioNames(version).map((name) => [version, name] as const));

describe('the first post of a turn that is told by a record', () => {
  it.each(scenarios)('is the one that its own daemon would write: OpenClaw %s, %s', async (version, name) => {
    const treesByBox = new Map<string, TurnTree>();
    playScenario(readScenario(version, name), { files: (at) => at, gateway: (at) => at }, (_event, { sessionsByKey }) => {
      for (const session of sessionsByKey.values())
        for (const turn of session.turns) {
          const isRoot = rootOf(sessionsByKey, session, turn)?.turn === turn;
          if (isRoot) treesByBox.set(turn.boxId, treeOf(sessionsByKey, session, turn));
        }
    });
    expect(treesByBox.size).toBeGreaterThan(0);
    for (const tree of treesByBox.values()) await expectSamePost(tree);
  });

  it('is the one that its own daemon would write, whatever happened in the turn', async () => {
    await fc.assert(fc.asyncProperty(someTree, expectSamePost), { numRuns: 50 });
  });
});

const LOG = '0a1b2c3d-0000-4000-8000-00000000beef'; // of a machine that was copied whole, with its sessions

describe('two gateways whose sessions are called alike and begin in the same instant', () => {
  const someGateway = fc.stringMatching(/^[a-z0-9]{1,8}$/);

  it('never share a box, a post or a pending id, before and after a takeover, even when one machine is a copy of the other', async () => {
    await fc.assert(
      fc.asyncProperty(someGateway, someGateway, someSteps, fc.boolean(), async (one, other, steps, areCopies) => {
        fc.pre(one !== other);
        const last: TurnTree[] = [];
        play(steps, (tree) => last.splice(0, 1, tree));
        const [played] = last;
        if (played === undefined) throw new Error('nothing was played');
        const tree = areCopies ? { ...played, session: { ...played.session, sessionId: LOG } } : played;
        const fold = new Fold();
        const trees = [one, other].map((gateway) => treeAtPublisher(fold, tree, gateway));
        const [first, second] = trees;
        if (first === undefined || second === undefined) throw new Error('two were told');
        expect(first.turn.boxId).not.toBe(second.turn.boxId);
        const { posts, drafts } = chatServer();
        const before = publisherOf('fleet', fold, posts, 'before');
        const { postId } = await before.post(first);
        expect(await publisherOf('fleet', fold, posts, 'after').post(second)).not.toMatchObject({ postId });
        expect(await publisherOf('fleet', fold, posts, 'after').post(first)).toEqual({ postId, existed: true });
        expect(new Set(drafts.map(({ pendingPostId }) => pendingPostId)).size).toBe(2);
      }),
      { numRuns: 50 },
    );
  });
});
