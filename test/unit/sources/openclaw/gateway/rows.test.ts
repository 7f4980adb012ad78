import { describe, expect, it } from 'vitest';
import { Decoding, KEY } from './decoding.ts';

const DIRECT = 'dmdmdmdmdmdmdmdmdmdmdmdm01';
const USER = 'useruseruseruseruseruser01';

function factsOf(sessionKey: string, session: Record<string, unknown>): unknown {
  const decoding = new Decoding().event('sessions.changed', { sessionKey, ts: 1, session });
  return decoding.events[0];
}

describe('a session row', () => {
  it.each([
    ['a thread', KEY, {}, { kind: 'channel', channelId: 'chanchanchanchanchanchan01', rootId: 'rootrootrootrootrootroot01' }],
    [
      'a direct message in the main session',
      'agent:main:main',
      {
        deliveryContext: { channel: 'mattermost', to: `user:${USER}` },
        origin: { provider: 'mattermost', to: `user:${USER}`, nativeChannelId: DIRECT },
      },
      { kind: 'direct', userId: USER, channelId: DIRECT },
    ],
    [
      'a direct message to somebody else than the origin says',
      'agent:main:main',
      {
        deliveryContext: { channel: 'mattermost', to: `user:${USER}` },
        origin: { provider: 'mattermost', to: 'user:another', nativeChannelId: DIRECT },
      },
      { kind: 'direct', userId: USER },
    ],
    [
      'another messenger',
      'agent:main:telegram:group:1',
      { deliveryContext: { channel: 'telegram', to: '1' }, chatType: 'group' },
      { kind: 'elsewhere', audience: 'public' },
    ],
    [
      'a session that an operator opened',
      'agent:main:desk',
      { createdVia: 'operator', kind: 'direct', classification: 'direct', chatType: 'direct' },
      { kind: 'elsewhere', audience: 'own' },
    ],
    [
      'a private conversation of nobody knows whom',
      'agent:main:desk',
      { kind: 'direct', classification: 'direct', chatType: 'direct' },
      { kind: 'elsewhere', audience: 'direct' },
    ],
    [
      'a sub-agent',
      'agent:main:subagent:x',
      { deliveryContext: { channel: 'mattermost', to: 'channel:chanchanchanchanchanchan01', threadId: 'rootrootrootrootrootroot01' } },
      { kind: 'channel', channelId: 'chanchanchanchanchanchan01', rootId: 'rootrootrootrootrootroot01' },
    ],
  ])('tells where %s is', (_what, key, row, route) => {
    expect(factsOf(key, row)).toMatchObject({ sessionKey: key, route });
  });

  it('names the parent of a sub-agent, and none of a fork', () => {
    expect(factsOf('agent:main:subagent:x', { spawnedBy: 'agent:main:Main', label: 'count' })).toMatchObject({
      parentKey: 'agent:main:main',
      label: 'count',
    });
    expect(factsOf(KEY, { forkedFromParent: true, parentSessionKey: 'agent:main:main', spawnedBy: null })).not.toHaveProperty('parentKey');
  });

  it('tells how full the context is only while it vouches for that', () => {
    expect(factsOf(KEY, { totalTokens: 90, totalTokensFresh: true, contextTokens: 100 })).toMatchObject({
      contextTokens: 90,
      contextWindow: 100,
    });
    expect(factsOf(KEY, { totalTokens: 90, totalTokensFresh: false })).not.toHaveProperty('contextTokens');
  });

  it('names the model, as the run does', () => {
    expect(factsOf(KEY, { model: 'acme/model-5' })).toMatchObject({ model: 'acme/model-5' });
    expect(factsOf(KEY, { model: 'acme/model-5', activeModel: 'acme/model-6' })).toMatchObject({ model: 'acme/model-6' });
    const decoding = new Decoding().lifecycle('model', { provider: 'acme', model: 'model-7' });
    expect(decoding.lifecycle('model', { provider: null, model: null }).events.at(-1)).toMatchObject({ model: 'model-7' });
  });

  it('is told once, and again when something in it changed; what it leaves out stays', () => {
    const decoding = new Decoding();
    for (const session of [{ label: 'a' }, { label: 'a' }, {}, { label: null }, { label: 'b' }]) {
      decoding.event('sessions.changed', { sessionKey: KEY, ts: 1, session });
    }
    expect(decoding.events.map((event) => (event.type === 'session_seen' ? event.label : ''))).toEqual(['a', 'b']);
  });

  it('comes before the turn that it routes', () => {
    const decoding = new Decoding();
    const message = { role: 'user', content: 'x', __openclaw: { id: 'm1', senderId: USER } };
    decoding.event('session.message', { sessionKey: KEY, messageId: 'm1', message, session: { label: 'x' } });
    expect(decoding.events.map(({ type }) => type)).toEqual(['session_seen', 'turn_started']);
  });

  it('that leaves out the destination does not take it away', () => {
    const decoding = new Decoding();
    const deliveryContext = { channel: 'mattermost', to: `user:${USER}` };
    for (const session of [{ deliveryContext }, { chatType: 'direct', label: 'x' }, {}]) {
      decoding.event('sessions.changed', { sessionKey: 'agent:main:main', ts: 1, session });
    }
    expect(decoding.events.map((event) => (event.type === 'session_seen' ? event.route?.kind : ''))).toEqual(['direct', 'direct']);
  });

  it('may be mixed into its frame', () => {
    const payload = { sessionKey: 'agent:main:subagent:x', ts: 1, reason: 'create', sessionId: 's', spawnedBy: KEY, label: 'count' };
    const decoding = new Decoding().event('sessions.changed', payload);
    expect(decoding.events[0]).toMatchObject({ parentKey: KEY, label: 'count', sessionId: 's' });
  });

  it('need not come for the route that the key itself names', () => {
    const decoding = new Decoding().asked();
    expect(decoding.events[0]).toMatchObject({ type: 'session_seen', route: { kind: 'channel', channelId: 'chanchanchanchanchanchan01' } });
  });

  it('need not come at all', () => {
    const decoding = new Decoding().event('agent', {
      runId: 'r',
      sessionKey: 'agent:main:subagent:x',
      stream: 'lifecycle',
      data: { phase: 'start' },
      spawnedBy: KEY,
      ts: 1,
    });
    expect(decoding.events[0]).toMatchObject({ type: 'session_seen', parentKey: KEY });
  });
});

describe('other events', () => {
  it('a compaction is told in the turn it happens in, and nowhere else', () => {
    const compaction = { sessionKey: KEY, operation: 'compact', phase: 'end', completed: true, ts: 1 };
    const decoding = new Decoding().event('session.operation', compaction);
    expect(decoding.emitted()).toEqual([]);
    decoding.asked().emitted();
    expect(
      decoding
        .event('session.operation', { ...compaction, phase: 'start' })
        .event('session.operation', compaction)
        .emitted(),
    ).toHaveLength(1);
  });

  it('a deleted session has lost what ran in it; ended turns stay as they are', () => {
    const decoding = new Decoding().asked().lifecycle('start').lifecycle('end');
    decoding.emitted();
    expect(
      decoding
        .event('sessions.changed', { sessionKey: KEY, reason: 'delete', ts: 1 })
        .event('sessions.changed', { reason: 'delete', ts: 1 })
        .emitted(),
    ).toEqual([]);
    decoding.lifecycle('start', {}, { runId: 'run-2' }).emitted();
    decoding.event('sessions.changed', { sessionKey: KEY, reason: 'delete', ts: 1_795_226_001_000 });
    expect(decoding.emitted().at(-1)).toBe('+1 run_ended outcome=lost runId=run-2');
  });

  it('unknown kinds are counted by name and change nothing', () => {
    const decoding = new Decoding().event('brand.new', {}).agent('novel', {}).lifecycle('odd').tool('odd', 'c1').chat('odd');
    decoding.message({ role: 'oracle', content: 'x' });
    expect(decoding.unknown.toSorted()).toEqual([
      'chat:odd',
      'event:brand.new',
      'lifecycle:odd',
      'role:oracle',
      'stream:novel',
      'tool:odd',
    ]);
  });

  it("the gateway's own report of dropped events is heeded", () => {
    expect(new Decoding().agent('error', { reason: 'seq gap', expected: 3, received: 9 }).gaps).toBe(1);
  });

  it.each([
    ['agent', {}],
    ['agent', { runId: 5, sessionKey: [], data: 'x' }],
    ['agent', { runId: 'r', sessionKey: KEY, stream: 'tool', data: { phase: 'result', toolCallId: {}, result: 'x' } }],
    ['agent', { runId: 'r', sessionKey: KEY, stream: 'tool', data: null, ts: 'x', seq: 'y' }],
    ['session.message', { sessionKey: KEY }],
    ['session.message', { sessionKey: KEY, messageId: 'm', message: 'text' }],
    ['session.message', { sessionKey: KEY, messageId: 'm', message: { role: 'user', content: { a: 1 }, __openclaw: 'x', provenance: [] } }],
    ['sessions.changed', { sessionKey: '../../../..', session: { key: 1 } }],
    ['sessions.changed', { sessionKey: KEY, session: { deliveryContext: 'x', origin: 5, label: {} } }],
    ['task', { task: [] }],
    ['task', { task: { kind: 'exec', sourceId: 'constructor', sessionKey: KEY, status: 'done' } }],
    ['cron', { jobId: {}, job: 'x' }],
    ['cron', { jobId: '__proto__', action: 'finished', sessionKey: KEY }],
    ['session.operation', { sessionKey: KEY, operation: {} }],
    ['', {}],
  ])('a strange %s frame harms nothing', (name, payload) => {
    const decoding = new Decoding();
    expect(() => decoding.event(name, payload)).not.toThrow();
    expect(decoding.unknown).not.toContain('undecodable');
    expect(decoding.asked().lifecycle('start').lifecycle('end').emitted().at(-1)).toContain('run_ended outcome=done');
  });
});
