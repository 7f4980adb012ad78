// Which thread a box of a session with an address joins, or that it begins one: one case each, without a server.

import { expect, it } from 'vitest';
import { type KnownThread, type OwnThreads, placeInThread } from '../../../../src/boxes/placement/own-thread.ts';
import { newSession } from '../../../../src/core/reduce.ts';
import type { TurnTree } from '../../../../src/core/session.ts';
import { PushError } from '../../../../src/core/sink.ts';
import { newTurn } from '../../../../src/core/turn.ts';
import { FakeClock } from '../../../support/clock.ts';

const HOUR_MS = 3_600_000;
const AT = Date.UTC(2026, 10, 27, 12);
const THREAD: KnownThread = { channelId: 'town', firstBoxId: 'first', rootId: 'root', boxIds: ['first'], activeAt: AT - HOUR_MS };
const { rootId: _unposted, ...UNPOSTED } = THREAD;
const JOINED = { target: { channelId: 'town', rootId: 'root', isOwnThread: true } };
const BEGUN = { target: { channelId: 'town' } };

interface Case {
  thread?: KnownThread;
  awaitsPost?: boolean;
  rootOf?: () => Promise<{ rootId: string; channelId: string }>;
  isExpensive?: boolean;
  /** Another turn of the session that was active then. */
  olderActiveAt?: number;
}

async function place({ thread, awaitsPost = false, isExpensive = false, olderActiveAt, rootOf }: Case) {
  const clock = new FakeClock(AT);
  const begun: string[] = [];
  let known = thread;
  const threads: OwnThreads = {
    lifeMs: 12 * HOUR_MS,
    of: () => known,
    begin: (_key, channelId, boxId, activeAt) => {
      begun.push(boxId);
      known = { channelId, firstBoxId: boxId, boxIds: [boxId], activeAt };
    },
    join: () => undefined,
    find: async () => undefined,
    awaitsPost: () => awaitsPost,
  };
  const bare = newSession('key');
  const turn = newTurn(bare, { kind: 'person' }, { at: AT });
  const older =
    olderActiveAt === undefined ? [] : [{ ...newTurn(bare, { kind: 'person' }, { at: AT - 20 * HOUR_MS }), lastEventAt: olderActiveAt }];
  const tree: TurnTree = { session: { ...bare, turns: [...older, turn] }, turn, childrenByKey: {} };
  const server = { rootOf: rootOf ?? (async () => ({ rootId: 'root', channelId: 'town' })), isExpensive: async () => isExpensive };
  const placing = placeInThread(tree, 'town', { threads, server, clock });
  await clock.advance(1_000);
  const again = (next: KnownThread): void => void (known = next);
  return { placing, begun, clock, again, boxId: turn.boxId };
}

const refused = async (): Promise<never> => {
  throw new PushError('gone', 'deleted');
};

it.each<[string, Case, object]>([
  ['begins a thread when there is none', {}, BEGUN],
  ['replies to the first post', { thread: THREAD }, JOINED],
  ['begins a new one in another channel', { thread: { ...THREAD, channelId: 'village' } }, BEGUN],
  ['replies to the first post of the thread in which its first post is a reply itself', { thread: { ...THREAD, rootId: 'reply' } }, JOINED],
  [
    'begins a new one when the first post was moved elsewhere',
    { thread: THREAD, rootOf: async () => ({ rootId: 'root', channelId: 'x' }) },
    BEGUN,
  ],
  ['begins a new one when edits in the thread are too expensive', { thread: THREAD, isExpensive: true }, BEGUN],
  ['begins one when the first box has no post and gets none', { thread: UNPOSTED }, BEGUN],
  ['begins a new one after a silence of more than twelve hours', { thread: { ...THREAD, activeAt: AT - 13 * HOUR_MS } }, BEGUN],
  [
    'goes on when a turn that lasted was active since',
    { thread: { ...THREAD, activeAt: AT - 20 * HOUR_MS }, olderActiveAt: AT - HOUR_MS },
    JOINED,
  ],
])('%s', async (_what, given, expected) => {
  const { placing, begun, boxId } = await place(given);
  expect(await placing).toEqual(expected);
  expect(begun).toEqual(expected === BEGUN ? [boxId] : []);
});

it('waits for the first post as long as it may come, and then replies to it', async () => {
  const { placing, clock, again, begun } = await place({ thread: UNPOSTED, awaitsPost: true });
  await clock.advance(60_000);
  again(THREAD);
  await clock.advance(1_000);
  expect(await placing).toEqual(JOINED);
  expect(begun).toEqual([]);
});

it('begins a new thread only when the server says three times that the first post is gone', async () => {
  let asked = 0;
  const passing = async () => (++asked < 3 ? refused() : { rootId: 'root', channelId: 'town' });
  const once = await place({ thread: THREAD, rootOf: passing });
  await once.clock.advance(5_000);
  expect(await once.placing).toEqual(JOINED);
  const gone = await place({ thread: THREAD, rootOf: refused });
  await gone.clock.advance(5_000);
  expect(await gone.placing).toEqual(BEGUN);
});
