import { describe, expect, it } from 'vitest';
import type { Audience, Route } from '../../../../../src/core/event.ts';
import { decodeIndexEntry, type IndexEntry } from '../../../../../src/sources/openclaw/decoding/index-entry.ts';
import { routeInTree, routeOf } from '../../../../../src/sources/openclaw/decoding/route.ts';
import { recordedIndex, VERSIONS, type Version } from './recorded-index.ts';

const C4 = 'c4xq8tq7y3bkzpsn9mwjd1e5fo';
const C8 = 'c8xq8tq7y3bkzpsn9mwjd1e5fo';
const [P7A, P7B, P9A] = ['p7r1hkz5m3y8xbq9dtwn4sj6ea', 'p7r1hkz5m3y8xbq9dtwn4sj6eb', 'p9r1hkz5m3y8xbq9dtwn4sj6ea'];
const OWN: Route = { kind: 'elsewhere', audience: 'own' };
const PUBLIC: Route = { kind: 'elsewhere', audience: 'public' };

const RECORDED: [Version, string, Route][] = [
  ['2026.2.26', `agent:main:mattermost:channel:${C4}`, { kind: 'channel', channelId: C4 }],
  ['2026.2.26', `agent:main:mattermost:channel:${C4}:thread:${P7A}`, { kind: 'channel', channelId: C4, rootId: P7A }],
  ['2026.2.26', 'agent:main:mattermost:group:g8wn5pt2kd6ysmb4zqhr7xj1ce', { kind: 'channel', channelId: 'g8wn5pt2kd6ysmb4zqhr7xj1ce' }],
  ['2026.2.26', 'agent:main:mattermost:direct:u9dm2zcx6wqk4ybn8trs1hj5pe', { kind: 'direct', userId: 'u9dm2zcx6wqk4ybn8trs1hj5pe' }],
  [
    '2026.2.26',
    `agent:main:mattermost:direct:u9dm2zcx6wqk4ybn8trs1hj5pe:thread:${P7A}`,
    { kind: 'direct', userId: 'u9dm2zcx6wqk4ybn8trs1hj5pe' },
  ],
  // Its own entry names only the messenger; the thread is known through the session that spawned it.
  ['2026.2.26', 'agent:main:subagent:f96ffc9f-59f3-4383-949d-92ef1df11cec', { kind: 'channel', channelId: C4, rootId: P7A }],
  ['2026.2.26', 'agent:main:subagent:59903c13-cf50-4cf5-a1ee-700b34db6d13', { kind: 'channel', channelId: C4, rootId: P7B }],
  ['2026.2.26', 'agent:main:main', OWN],
  ['2026.2.26', 'agent:main:subagent:fdbd0c49-1a93-463f-97ac-5433d5ad40ea', OWN],
  ['2026.2.26', 'agent:main:cron:1874020e-4b2c-4f92-9a31-bc8e5fae9f9e', PUBLIC],
  ['2026.7.35', `agent:main:mattermost:channel:${C8}:thread:${P9A}`, { kind: 'channel', channelId: C8, rootId: P9A }],
  ['2026.7.35', 'agent:main:subagent:4cfe7fd5-8de1-413d-b1e9-b0d1311a55b6', { kind: 'channel', channelId: C8, rootId: P9A }],
  ['2026.7.35', 'agent:main:mattermost:direct:u8dm2zcx6wqk4ybn8trs1hj5pe', { kind: 'direct', userId: 'u8dm2zcx6wqk4ybn8trs1hj5pe' }],
  ['2026.7.35', 'agent:main:idle', OWN],
  ['2026.7.35', 'agent:main:cron:2ee436b1-b9be-45f2-a9d3-043dc5d8c0c1', PUBLIC],
];

describe('the route of a recorded session', () => {
  it.each(RECORDED)('%s %s', (version, key, route) => {
    const entries = recordedIndex(version);
    expect(entries.has(key)).toBe(true);
    expect(routeInTree(key, (other) => entries.get(other)).route).toEqual(route);
  });

  it.each(VERSIONS)('of every key of %s with a channel is that channel', (version) => {
    const entries = recordedIndex(version);
    const channels = [...entries.keys()].filter((key) => /:(channel|group):/.test(key));
    expect(channels.length).toBeGreaterThan(4);
    for (const key of channels) {
      const [, , , , channelId, , rootId] = key.split(':');
      expect(routeInTree(key, (other) => entries.get(other))).toEqual({
        route: { kind: 'channel', channelId, ...(rootId === undefined ? {} : { rootId }) },
        basis: 'key',
      });
    }
  });
});

function entry(key: string, fields: object): IndexEntry {
  const decoded = decodeIndexEntry(key, { sessionId: 's', ...fields });
  if (decoded === undefined) throw new Error('no entry');
  return decoded;
}

const MAIN = 'agent:main:main';
const to = (channel: string, target?: string, more: object = {}) => ({
  deliveryContext: { channel, ...(target === undefined ? {} : { to: target }) },
  ...more,
});

describe('without a channel in the key', () => {
  it.each<[string, string, object, Route]>([
    ['the last delivery to a channel', MAIN, to('mattermost', `channel:${C4}`), { kind: 'channel', channelId: C4, otherwise: 'own' }],
    [
      'with its thread',
      MAIN,
      { deliveryContext: { channel: 'mattermost', to: `channel:${C4}`, threadId: P7A } },
      { kind: 'channel', channelId: C4, rootId: P7A, otherwise: 'own' },
    ],
    [
      'with the last thread',
      MAIN,
      to('mattermost', `channel:${C4}`, { lastThreadId: P7A }),
      { kind: 'channel', channelId: C4, rootId: P7A, otherwise: 'own' },
    ],
    ['the last delivery to a person', MAIN, to('mattermost', 'user:u1'), { kind: 'direct', userId: 'u1', moves: true }],
    [
      'the newer form of the same',
      MAIN,
      { route: { channel: 'mattermost', target: { to: `channel:${C4}` }, thread: { id: P7A } } },
      { kind: 'channel', channelId: C4, rootId: P7A, otherwise: 'own' },
    ],
    ['a key that names only the person', 'agent:main:direct:u1', to('mattermost'), { kind: 'direct', userId: 'u1' }],
    ['a key with an account', 'agent:main:mattermost:bot2:direct:u1', {}, { kind: 'direct', userId: 'u1' }],
  ])('%s counts', (_what, key, fields, route) => {
    expect(routeOf(key, entry(key, fields)).route).toEqual(route);
  });

  it('the bare last address does not count: it may be from another conversation', () => {
    const fields = { lastTo: `channel:${C4}`, lastChannel: 'mattermost', chatType: 'channel' };
    expect(routeOf(MAIN, entry(MAIN, fields)).route).toEqual(OWN);
  });

  it.each<[string, string, object, Audience]>([
    ['the web chat of the operator is nobody’s private conversation', MAIN, to('webchat', undefined, { chatType: 'direct' }), 'own'],
    ['a person on another messenger is private', MAIN, to('telegram', '123', { chatType: 'direct' }), 'direct'],
    ['so is a conversation of unknown kind on another messenger', MAIN, to('telegram', '123'), 'unknown'],
    ['and one whose key says so', 'agent:main:telegram:direct:123', {}, 'direct'],
    ['and a direct one whose messenger is unknown', MAIN, { chatType: 'direct' }, 'direct'],
    ['and one on Mattermost that names no address', MAIN, to('mattermost'), 'unknown'],
    ['a group on another messenger is not', 'agent:main:telegram:group:123', to('telegram'), 'public'],
    ['a scheduled job is not', 'agent:main:cron:1', {}, 'public'],
  ])('%s', (_what, key, fields, audience) => {
    expect(routeOf(key, entry(key, fields)).route).toEqual({ kind: 'elsewhere', audience });
  });

  it('ids that are no ids are not taken', () => {
    expect(routeOf(MAIN, entry(MAIN, to('mattermost', 'channel:../../x', { chatType: 'channel' }))).route).toEqual(OWN);
  });
});

describe('a sub-agent', () => {
  const child = 'agent:main:subagent:1';
  const inner = 'agent:main:subagent:2';
  const thread = `agent:main:mattermost:channel:${C4}:thread:${P7A}`;

  it('of any depth speaks where its root session does, even if that is no longer indexed', () => {
    const entries = new Map([
      [child, entry(child, { spawnedBy: thread, ...to('mattermost') })],
      [inner, entry(inner, { spawnedBy: child, ...to('telegram', '1', { chatType: 'direct' }) })],
    ]);
    expect(routeInTree(inner, (key) => entries.get(key)).route).toEqual({ kind: 'channel', channelId: C4, rootId: P7A });
  });

  it('whose root says nothing is told by its own entry', () => {
    const entries = new Map([[child, entry(child, { spawnedBy: 'agent:main:gone', ...to('mattermost', `channel:${C4}`) })]]);
    expect(routeInTree(child, (key) => entries.get(key)).route).toEqual({ kind: 'channel', channelId: C4, otherwise: 'unknown' });
  });

  it('that claims to be its own ancestor does not hang the watcher', () => {
    const entries = new Map([
      [child, entry(child, { spawnedBy: inner })],
      [inner, entry(inner, { spawnedBy: child })],
    ]);
    expect(routeInTree(child, (key) => entries.get(key)).route).toEqual({ kind: 'elsewhere', audience: 'unknown' });
  });
});
