// Calls about turns that are told by records: whoever watches the turn, alone or in a fleet, has called for it.

import { expect, it } from 'vitest';
import { CallBook, type CallRows, type NewCall } from '../../../src/calls/call-book.ts';
import { Caller } from '../../../src/calls/caller.ts';
import { toldName } from '../../../src/core/told-name.ts';
import { fingerprint } from '../../../src/core/turn.ts';
import { withGateways } from '../../../src/takeover/gateway-posts.ts';
import { PostedGateways } from '../../../src/takeover/posted-gateways.ts';
import { CHANNEL, type Posts } from '../app/posts.ts';
import { FakeClock } from '../../support/clock.ts';
import { SILENT_PORTS } from '../../support/silent-ports.ts';
import { chatServer } from './chat-server.ts';

const WORDS = { name: '`main`', agent: '`main`', open: ' waits', closed: ' waited', detail: '', copy: '' };

function rows(): CallRows {
  const byKey = new Map<string, unknown>();
  return {
    rows: () => [...byKey].map(([key, value]) => ({ key, value })),
    put: (key, value) => void byKey.set(key, value),
  };
}

/** Calls for the wait of a box that began at 5, as a process that started then sees it. */
async function callFor(posts: Posts, { own, told, startedAt }: { own: string; told?: string; startedAt: number }): Promise<void> {
  const clock = new FakeClock(10_000);
  const book = new CallBook({ rows: rows(), perHour: 100, startedAt });
  const caller = new Caller(book, {
    sink: withGateways(posts, new PostedGateways(fingerprint(own), new Set(told === undefined ? [] : [told]))),
    clock,
    log: SILENT_PORTS.log,
    me: () => ({ userId: 'me' }),
    address: async ({ place }) => ({ target: place, mentions: '' }),
    take: () => 0,
    wakeIn: () => undefined,
  });
  const boxId = toldName('b', told);
  const wait = { key: `${boxId} w`, since: 5 };
  const call: NewCall = { kind: 'wait', name: `${boxId} w 5`, since: 5, boxId, wait, place: { channelId: CHANNEL }, words: WORDS };
  book.add(call, clock.now());
  await caller.send();
}

it('a machine that joins a fleet, or leaves it, is not called for twice, and its namesake has calls of its own', async () => {
  const { posts, drafts } = chatServer();
  posts.edit = async () => undefined;
  const marks = () => [...posts.byId.values()].map(({ meta }) => (meta as { call: string; gateway: string }).gateway);
  await callFor(posts, { own: 'web-1', startedAt: 0 });
  await callFor(posts, { own: 'fleet', told: 'web-1', startedAt: 1_000 });
  expect(marks()).toEqual([fingerprint('web-1')]);
  await callFor(posts, { own: 'fleet', told: 'web-2', startedAt: 0 });
  await callFor(posts, { own: 'web-2', startedAt: 1_000 });
  expect(marks()).toEqual([fingerprint('web-1'), fingerprint('web-2')]);
  expect(new Set(drafts.map(({ pendingPostId }) => pendingPostId)).size).toBe(2);
  const calls = [...posts.byId.values()].map(({ meta }) => (meta as { call: string }).call);
  expect(new Set(calls).size).toBe(1);
});
