// Where the box of a turn goes: routes, privacy, threads and lists, as one table each.

import { describe, expect, it } from 'vitest';
import type { Placement } from '../../../../src/boxes/board/box-entry.ts';
import type { Route, Trigger } from '../../../../src/core/event.ts';
import { newSession } from '../../../../src/core/reduce.ts';
import type { TurnTree } from '../../../../src/core/session.ts';
import { PushError, type Reason } from '../../../../src/core/sink.ts';
import { newTurn } from '../../../../src/core/turn.ts';
import { type ChannelDirectory, createPlacement, type PlacementOptions } from '../../../../src/boxes/placement/placement.ts';
import { FakeClock } from '../../../support/clock.ts';

const AT = Date.UTC(2026, 10, 21);
const CHANNEL: Route = { kind: 'channel', channelId: 'town' };
const THREAD: Route = { kind: 'channel', channelId: 'town', rootId: 'root' };
const PERSON: Trigger = { kind: 'person', postId: 'asked' };
const IN_CHANNEL = { target: { channelId: 'town' } };
const IN_THREAD = { target: { channelId: 'town', rootId: 'root' } };

interface Server {
  names: string[];
  replies: number | PushError;
  memberOf: string[];
  /** When each person wrote in our direct channel with them. */
  wroteAt: number | undefined;
  calls: string[];
  /** What the post that is looked at stands under. */
  top?: { rootId: string; channelId: string } | PushError;
}

interface Case {
  route?: Route;
  trigger?: Trigger;
  options?: Partial<PlacementOptions>;
  server?: Partial<Server>;
}

function directoryOf(server: Server): ChannelDirectory {
  const note = (call: string): void => void server.calls.push(call);
  return {
    namesOfChannel: async (channelId) => (note(`names ${channelId}`), [channelId, ...server.names]),
    directChannelWith: async (userId) => (note(`direct ${userId}`), `dm-${userId}`),
    isMember: async (channelId) => server.memberOf.includes(channelId),
    hasPostBy: async (_userId, _channelId, from, to) => server.wroteAt !== undefined && server.wroteAt >= from && server.wroteAt <= to,
    threadReplies: async (rootId) => {
      note(`replies ${rootId}`);
      if (server.replies instanceof PushError) throw server.replies;
      return server.replies;
    },
    rootOf: async (postId) => {
      if (server.top instanceof PushError) throw server.top;
      return server.top ?? { rootId: postId, channelId: 'town' };
    },
  };
}

function setUp({ route, trigger = PERSON, options, server }: Case) {
  const clock = new FakeClock(AT);
  const asked: Server = { names: [], replies: 0, memberOf: [], wroteAt: undefined, calls: [], ...server };
  const session = { ...newSession('agent:main:x'), ...(route === undefined ? {} : { route }) };
  const turn = newTurn(session, trigger, { at: AT });
  const tree: TurnTree = { session, turn, childrenByKey: {} };
  const everything: PlacementOptions = {
    placement: 'auto',
    channels: { allow: [], deny: [] },
    direct: 'off',
    defaultChannelDirect: false,
    ...options,
  };
  return { clock, server: asked, place: () => createPlacement(directoryOf(asked), everything, clock)(tree) };
}

const placeOf = async (given: Case): Promise<Placement> => setUp(given).place();

describe('a turn that did not come from Mattermost', () => {
  const elsewhere: Route = { kind: 'elsewhere', audience: 'public' };
  const privately: Route = { kind: 'elsewhere', audience: 'direct' };
  const home = { defaultChannelId: 'home' };

  it.each<[string, Case, Placement]>([
    ['goes to DEFAULT_CHANNEL', { route: elsewhere, options: home }, { target: { channelId: 'home' } }],
    ['goes nowhere without DEFAULT_CHANNEL', { route: elsewhere }, { refused: expect.stringContaining('DEFAULT_CHANNEL is not set') }],
    [
      'stays out of DEFAULT_CHANNEL when nobody knows where it came from (LS-18)',
      { options: home },
      { refused: expect.stringContaining('SESSIONS_JSON'), isUnproven: true },
    ],
    [
      'stays out of DEFAULT_CHANNEL when it is private (LS-18)',
      { route: privately, options: home },
      { refused: expect.stringContaining('DEFAULT_CHANNEL_DIRECT') },
    ],
    [
      'goes there although it is private when that was asked for',
      { route: privately, options: { ...home, defaultChannelDirect: true } },
      { target: { channelId: 'home' } },
    ],
  ])('%s', async (_what, given, expected) => {
    expect(await placeOf(given)).toEqual(expected);
  });
});

describe('a direct conversation in Mattermost', () => {
  const withAlice: Route = { kind: 'direct', userId: 'alice' };

  it.each<[string, Case, Placement]>([
    [
      'gets its box in place where we are one of the two (LS-18)',
      { route: { ...withAlice, channelId: 'dm' }, server: { memberOf: ['dm'] } },
      { target: { channelId: 'dm' } },
    ],
    [
      'is ours when the person has just written in our direct channel',
      { route: withAlice, server: { wroteAt: AT - 60_000 } },
      { target: { channelId: 'dm-alice' } },
    ],
    [
      'is ours when the clock of the other server is a little ahead',
      { route: withAlice, server: { wroteAt: AT + 20_000 } },
      { target: { channelId: 'dm-alice' } },
    ],
    [
      "is another bot's when the person wrote there long ago",
      { route: withAlice, server: { wroteAt: AT - 600_000 } },
      { refused: expect.stringContaining('DIRECT=off') },
    ],
    [
      "is another bot's where we are no member",
      { route: { ...withAlice, channelId: 'foreign' } },
      { refused: expect.stringContaining('DIRECT=off') },
    ],
    [
      'goes to our own direct channel with DIRECT=own',
      { route: withAlice, options: { direct: 'own' } },
      { target: { channelId: 'dm-alice' } },
    ],
    ['with nobody known goes nowhere', { route: { kind: 'direct' } }, { refused: expect.stringContaining('somebody unknown') }],
    [
      'never goes to DEFAULT_CHANNEL (LS-18)',
      { route: withAlice, options: { defaultChannelId: 'home', defaultChannelDirect: true } },
      { refused: expect.stringContaining('DIRECT=off') },
    ],
  ])('%s', async (_what, given, expected) => {
    expect(await placeOf(given)).toEqual(expected);
  });
});

describe('a thread (LS-28)', () => {
  it.each<[string, Case, Placement]>([
    ['is kept with PLACEMENT=auto', { route: THREAD }, IN_THREAD],
    ['of any length still is where edits are cheap', { route: THREAD, server: { replies: 5_000 } }, IN_THREAD],
    [
      'where edits are dear is left for the channel',
      { route: THREAD, options: { isExpensive: (n) => n > 300 }, server: { replies: 301 } },
      IN_CHANNEL,
    ],
    ['is judged by its own length', { route: THREAD, options: { isExpensive: (n) => n > 300 }, server: { replies: 300 } }, IN_THREAD],
    ['is not made by PLACEMENT=auto', { route: CHANNEL }, IN_CHANNEL],
    ['is left with PLACEMENT=channel', { route: THREAD, options: { placement: 'channel' } }, IN_CHANNEL],
    [
      'is kept with PLACEMENT=reply, however long',
      { route: THREAD, options: { placement: 'reply' }, server: { replies: 1_000 } },
      IN_THREAD,
    ],
    [
      'is begun under the post that asked with PLACEMENT=reply',
      { route: CHANNEL, options: { placement: 'reply' } },
      { target: { channelId: 'town', rootId: 'asked' } },
    ],
    [
      'goes on under the root of the post that asked with PLACEMENT=reply',
      { route: CHANNEL, trigger: { ...PERSON, rootId: 'older' }, options: { placement: 'reply' } },
      { target: { channelId: 'town', rootId: 'older' } },
    ],
    [
      'is not begun for a turn nobody posted, also with PLACEMENT=reply',
      { route: CHANNEL, trigger: { kind: 'schedule' }, options: { placement: 'reply' } },
      IN_CHANNEL,
    ],
  ])('%s', async (_what, given, expected) => {
    expect(await placeOf(given)).toEqual(expected);
  });

  it.each<Reason>(['gone', 'root_gone', 'no_access', 'rejected'])(
    'that answers %s when it is looked at is kept: posting will tell',
    async (reason) => {
      expect(await placeOf({ route: THREAD, server: { replies: new PushError(reason, 'no') } })).toEqual(IN_THREAD);
    },
  );

  it('is asked about only where the answer counts', async () => {
    const channel = setUp({ route: THREAD, options: { placement: 'channel' } });
    const reply = setUp({ route: THREAD, options: { placement: 'reply' } });
    await channel.place();
    await reply.place();
    expect([channel.server.calls, reply.server.calls]).toEqual([[], []]);
  });
});

describe('CHANNELS', () => {
  const only = (allow: string[], deny: string[] = []): Case => ({
    route: CHANNEL,
    options: { channels: { allow, deny } },
    server: { names: ['agents', 'lab/agents'] },
  });

  it.each<[string, Case, Placement]>([
    ['names a channel by its id', only(['town']), IN_CHANNEL],
    ['names a channel by its name', only(['agents']), IN_CHANNEL],
    ['names a channel by team and name', only(['lab/agents']), IN_CHANNEL],
    ['keeps all others without a box', only(['ops']), { refused: expect.stringContaining('not in CHANNELS') }],
    ['may exclude a channel', only([], ['agents']), { refused: expect.stringContaining('not in CHANNELS') }],
  ])('%s', async (_what, given, expected) => {
    expect(await placeOf(given)).toEqual(expected);
  });

  it('asks for no names while every channel is wanted', async () => {
    const given = setUp({ route: CHANNEL });
    await given.place();
    expect(given.server.calls).toEqual([]);
  });
});

describe('an outage', () => {
  it.each<Reason>(['unreachable', 'timed_out', 'server', 'breaker_open', 'rate_limited'])(
    'of the kind %s is waited out instead of refusing the box',
    async (reason) => {
      const given = setUp({ route: THREAD, server: { replies: new PushError(reason, 'later', { retryAfterMs: 20_000 }) } });
      let placed: Placement | undefined;
      void given.place().then((placement) => (placed = placement));
      await given.clock.advance(19_999);
      given.server.replies = 3;
      expect(given.server.calls).toHaveLength(1);
      await given.clock.advance(1);
      expect(placed).toEqual(IN_THREAD);
    },
  );

  it('that is a refused token is asked about every five seconds: another one may be there long before the next check', async () => {
    const given = setUp({ route: THREAD, server: { replies: new PushError('auth', 'refused', { retryAfterMs: 300_000 }) } });
    void given.place();
    await given.clock.advance(60_000);
    expect(given.server.calls).toHaveLength(13);
  });

  it('that names no time is asked about every five seconds', async () => {
    const given = setUp({ route: THREAD, server: { replies: new PushError('unreachable', 'down') } });
    void given.place();
    await given.clock.advance(60_000);
    expect(given.server.calls).toHaveLength(13);
  });
});

describe('a turn of a session that several people share', () => {
  const lastInTown: Route = { ...CHANNEL, otherwise: 'own' };
  const lastToAlice: Route = { kind: 'direct', userId: 'alice', moves: true };
  const alice: Trigger = { kind: 'person', userId: 'alice' };
  const unproven = { refused: expect.stringContaining('proves that more than one person') };
  const options = { direct: 'own' } as const;

  it.each<[string, Case, unknown]>([
    ['whose post stands in the channel of the last message is of that channel', { route: lastInTown, trigger: PERSON }, IN_CHANNEL],
    [
      'whose post stands elsewhere is not',
      { route: lastInTown, trigger: PERSON, server: { top: { rootId: 'asked', channelId: 'dm' } } },
      unproven,
    ],
    [
      'whose post cannot be looked at is not',
      { route: lastInTown, trigger: PERSON, server: { top: new PushError('rejected', 'no') } },
      unproven,
    ],
    ['whose person has just written there is', { route: lastInTown, trigger: alice, server: { wroteAt: AT - 60_000 } }, IN_CHANNEL],
    ['whose person has not is not', { route: lastInTown, trigger: alice }, unproven],
    ['whose person wrote to us is theirs', { route: lastToAlice, trigger: alice, options }, { target: { channelId: 'dm-alice' } }],
    [
      'of another person than the last is nobody’s',
      { route: lastToAlice, trigger: { kind: 'person', userId: 'bob' }, options },
      { refused: expect.stringContaining('session.dmScope') },
    ],
    [
      'that does not say whose it is, is nobody’s',
      { route: lastToAlice, trigger: PERSON, options },
      { refused: expect.stringContaining('session.dmScope') },
    ],
    [
      'that looks like an operator’s is nobody’s',
      { route: lastToAlice, trigger: { kind: 'operator' }, options },
      { refused: expect.stringContaining('session.dmScope') },
    ],
  ])('%s', async (_what, given, placement) => {
    expect(await placeOf(given)).toEqual(placement);
  });
});

describe('a turn whose session moves on', () => {
  it('stays where it began (LS-27)', async () => {
    const clock = new FakeClock(AT);
    const session = { ...newSession('agent:main:x'), route: CHANNEL };
    const turn = newTurn(session, PERSON, { at: AT });
    const moved = { ...session, route: { kind: 'channel', channelId: 'elsewhere' } as const };
    const options: PlacementOptions = { placement: 'auto', channels: { allow: [], deny: [] }, direct: 'off', defaultChannelDirect: false };
    const server: Server = { names: [], replies: 0, memberOf: [], wroteAt: undefined, calls: [] };
    expect(await createPlacement(directoryOf(server), options, clock)({ session: moved, turn, childrenByKey: {} })).toEqual(IN_CHANNEL);
  });
});

describe('a post that cannot be a root', () => {
  const top = { rootId: 'root', channelId: 'town' };

  it.each<[string, Case, Placement]>([
    ['stands for the thread it is in', { route: { ...THREAD, rootId: 'answer' }, server: { top } }, IN_THREAD],
    ['stands for its thread when its answer is asked for', { route: CHANNEL, options: { placement: 'reply' }, server: { top } }, IN_THREAD],
    ['is left alone where it is of another channel', { route: THREAD, server: { top: { ...top, channelId: 'other' } } }, IN_CHANNEL],
    ['is tried as it is when nobody may look at it', { route: THREAD, server: { top: new PushError('gone', 'no such post') } }, IN_THREAD],
  ])('%s', async (_what, given, expected) => {
    expect(await placeOf(given)).toEqual(expected);
  });
});
