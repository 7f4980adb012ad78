import { describe, expect, it, onTestFinished } from 'vitest';
import { type PostDraft, PushError, type Reason, type Sink } from '../../src/core/sink.ts';
import { systemClock as clock } from '../../src/process/system-clock.ts';
import { withAuthGate } from '../../src/sinks/resilience/auth-gate.ts';
import { withBreaker } from '../../src/sinks/resilience/breaker.ts';
import type { MattermostChecks } from '../../src/sinks/mattermost/checks.ts';
import { createMattermostSink } from '../../src/sinks/mattermost/mattermost.ts';
import { createToken } from '../../src/sinks/resilience/token.ts';
import { createHttpTransport } from '../../src/sinks/mattermost/transport.ts';
import type { Fault } from '../../src/stand-in/faults.ts';
import { SAMPLE, sampleSeed } from '../../src/stand-in/sample-seed.ts';
import { type StandInServer, serveStandIn } from '../../src/stand-in/server.ts';
import { createStandIn, type StandIn } from '../../src/stand-in/stand-in.ts';
import { FakeClock } from '../support/clock.ts';

const versions = ['5.37', '11.6'] as const;
type Version = (typeof versions)[number];

interface Setup {
  standIn: StandIn;
  server: StandInServer;
  sink: Sink & MattermostChecks;
}

async function start(version: Version = '5.37', token: () => string = () => SAMPLE.botToken): Promise<Setup> {
  const standIn = createStandIn({ clock, seed: sampleSeed(), version });
  const server = await serveStandIn(standIn, { port: 0 });
  onTestFinished(() => server.close());
  const transport = createHttpTransport({ baseUrl: server.url, token, version: '0' });
  onTestFinished(() => transport.close());
  return { standIn, server, sink: createMattermostSink({ transport: transport.send, userId: () => SAMPLE.botId }) };
}

let drafts = 0;
function draft(change: Partial<PostDraft> = {}): PostDraft {
  drafts += 1;
  const props = { attachments: [{ text: 'reading' }], livestatus: { box: `b${drafts}` } };
  return { target: { channelId: SAMPLE.publicId }, pendingPostId: `pending-${drafts}`, props, ...change };
}

/** Why a call failed, or `ok`. */
async function reasonOf(call: Promise<unknown>): Promise<string> {
  return await call.then(
    () => 'ok',
    (error: unknown) => (error instanceof PushError ? error.reason : String(error)),
  );
}

describe.each(versions)('on version %s', (version) => {
  it('creates once per pending id, edits, reads and finds its posts', async () => {
    const { sink, standIn } = await start(version);
    const first = draft();
    const { postId } = await sink.create(first);
    expect(await sink.create(first)).toEqual({ postId });
    await sink.edit(postId, { props: { ...first.props, attachments: [{ text: 'writing' }] } });
    await sink.edit(postId, { message: 'plain', props: first.props });
    expect(standIn.posts()).toHaveLength(1);
    expect(standIn.posts()[0]).toMatchObject({ type: 'custom_livestatus', message: 'plain', user_id: SAMPLE.botId });
    expect(await sink.read(postId)).toMatchObject({ postId, target: { channelId: SAMPLE.publicId }, meta: first.props['livestatus'] });
    const reply = await sink.create(draft({ target: { channelId: SAMPLE.publicId, rootId: postId } }));
    expect(await sink.threadReplies(postId)).toBe(1);
    const found = await sink.findOwn(SAMPLE.publicId, 0);
    expect(new Set(found.map((post) => post.postId))).toEqual(new Set([postId, reply.postId]));
    expect(await sink.findOwn(SAMPLE.publicId, Date.now() + 60_000)).toEqual([]);
  });

  it('answers the checks of the start', async () => {
    const { sink } = await start(version);
    expect(await sink.identify()).toMatchObject({ userId: SAMPLE.botId, isBot: true });
    expect(await sink.limits()).toEqual({ maxPostChars: 16_383 });
    expect(await sink.resolveChannel(`${SAMPLE.teamName}/${SAMPLE.publicName}`)).toMatchObject({ channelId: SAMPLE.publicId, type: 'O' });
    expect(await reasonOf(sink.resolveChannel(SAMPLE.foreignId))).toBe('no_access');
    expect(await reasonOf(sink.resolveChannel(`${SAMPLE.teamName}/nowhere`))).toBe('rejected');
    expect(await sink.directChannel(SAMPLE.botId, SAMPLE.aliceId)).toMatchObject({ channelId: SAMPLE.directId, type: 'D' });
  });

  it.each<[string, (standIn: StandIn, postId: string) => void, Reason, Reason | 'ok']>([
    ['deleted post', ({ switches }, postId) => switches.deletePost(postId, SAMPLE.botId), 'gone', 'ok'],
    ['archived channel', ({ switches }) => switches.archiveChannel(SAMPLE.publicId), 'archived', 'archived'],
    ['lost membership', ({ switches }) => switches.removeMember(SAMPLE.publicId, SAMPLE.botId), 'no_access', 'no_access'],
    ['lost team', ({ switches }) => switches.removeFromTeam(SAMPLE.botId), 'no_access', 'no_access'],
    ['lost permission to edit', ({ switches }) => switches.forbidEditing(true), 'edit_forbidden', 'ok'],
    ['revoked token', ({ switches }) => switches.revokeToken(SAMPLE.botToken), 'auth', 'auth'],
    ['disabled account', ({ switches }) => switches.disableUser(SAMPLE.botId), 'auth', 'auth'],
    ['database that is down', ({ switches }) => switches.database('down'), 'server', 'server'],
    ['database that is down after a restart', (standIn) => (standIn.switches.database('down'), standIn.restart()), 'server', 'server'],
  ])('understands a %s, for an edit and for a create', async (_name, change, edit, create) => {
    const { sink, standIn } = await start(version);
    const { postId } = await sink.create(draft());
    change(standIn, postId);
    expect(await reasonOf(sink.edit(postId, { props: {} }))).toBe(edit);
    expect(await reasonOf(sink.create(draft()))).toBe(create);
  });

  it('understands content that is refused, and threads that are gone', async () => {
    const { sink, standIn } = await start(version);
    const { postId } = await sink.create(draft());
    expect(await reasonOf(sink.edit(postId, { message: 'x'.repeat(16_384), props: {} }))).toBe('too_large');
    expect(await reasonOf(sink.edit(postId, { message: 'a\u0000b', props: {} }))).toBe('rejected');
    expect(await reasonOf(sink.edit('nope', { props: {} }))).toBe('rejected');
    const root = await sink.create(draft());
    standIn.switches.deletePost(root.postId, SAMPLE.botId);
    expect(await reasonOf(sink.create(draft({ target: { channelId: SAMPLE.publicId, rootId: root.postId } })))).toBe('root_gone');
    expect(await reasonOf(sink.threadReplies(root.postId))).toBe('root_gone');
  });
});

describe('faults on the way', () => {
  it.each<[Fault, Reason | 'ok', Reason | 'ok']>([
    [{ kind: 'status', status: 502, html: true }, 'server', 'server'],
    [{ kind: 'status', status: 504, html: true, applied: true }, 'timed_out', 'timed_out'],
    [{ kind: 'status', status: 413, html: true }, 'too_large', 'too_large'],
    [{ kind: 'status', status: 429, headers: { 'retry-after': '2, 2' }, body: 'limit exceeded\n' }, 'rate_limited', 'rate_limited'],
    [{ kind: 'status', status: 403, id: 'api.context.permissions.app_error' }, 'ok', 'ok'],
    [{ kind: 'status', status: 500, id: 'api.post.deduplicate_create_post.pending' }, 'in_progress', 'in_progress'],
    [{ kind: 'reset', applied: true }, 'ok', 'unreachable'],
    [{ kind: 'truncated' }, 'ok', 'unreachable'],
    [{ kind: 'slow', ms: 30 }, 'ok', 'ok'],
  ])('%j: an edit comes to %s, a create to %s', async (fault, edit, create) => {
    const { sink, standIn } = await start();
    const { postId } = await sink.create(draft());
    standIn.faults.add({ match: { method: 'PUT' }, fault });
    standIn.faults.add({ match: { method: 'POST' }, fault });
    expect(await reasonOf(sink.edit(postId, { props: {} }))).toBe(edit);
    expect(await reasonOf(sink.create(draft()))).toBe(create);
  });

  it('never doubles a post, though the connection breaks after it was made and the server forgets the pending id', async () => {
    const { sink, standIn } = await start();
    const lost = draft();
    standIn.faults.add({ match: { method: 'POST' }, fault: { kind: 'reset', applied: true } });
    standIn.onPostEvent(() => setImmediate(() => standIn.restart()));
    expect(await reasonOf(sink.create(lost))).toBe('unreachable');
    expect((await sink.findOwn(SAMPLE.publicId, 0)).map(({ meta }) => meta)).toEqual([lost.props['livestatus']]);
  });

  it('goes on with the limiter of a real server and says how long to wait', async () => {
    const { sink, standIn } = await start();
    const { postId } = await sink.create(draft());
    standIn.limitRate({ perSecond: 1, burst: 1, by: 'user' });
    const failures = await Promise.allSettled(Array.from({ length: 6 }, () => sink.edit(postId, { props: {} })));
    const limited = failures.flatMap((result) => (result.status === 'rejected' ? [result.reason as PushError] : []));
    expect(limited.length).toBeGreaterThan(0);
    expect(
      limited.every(({ reason, retryAfterMs }) => reason === 'rate_limited' && retryAfterMs !== undefined && retryAfterMs >= 1_000),
    ).toBe(true);
  });
});

describe('the whole chain', () => {
  it('opens on an outage, asks by itself, and closes with the first edit after it', async () => {
    const { sink, server } = await start();
    const { postId } = await sink.create(draft());
    const time = new FakeClock();
    const chain = withBreaker(sink, { threshold: 2, cooldownMs: 30_000, clock: time });
    onTestFinished(() => chain.stop());
    await server.down();
    const edit = (): Promise<string> => reasonOf(chain.edit(postId, { props: {} }));
    expect([await edit(), await edit(), await edit()]).toEqual(['unreachable', 'unreachable', 'breaker_open']);
    await server.up();
    expect(await edit()).toBe('breaker_open');
    await time.advance(30_000);
    await expect.poll(() => chain.state()).toBe('half_open');
    expect([await edit(), chain.state()]).toEqual(['ok', 'closed']);
  });

  it('is never opened by one bad post, a lost channel or a revoked token', async () => {
    const { sink, standIn } = await start();
    const { postId } = await sink.create(draft());
    const chain = withBreaker(sink, { threshold: 1, cooldownMs: 30_000, clock: new FakeClock() });
    onTestFinished(() => chain.stop());
    for (let push = 0; push < 5; push += 1) await reasonOf(chain.edit(postId, { message: '\u0000', props: {} }));
    standIn.switches.removeMember(SAMPLE.publicId, SAMPLE.botId);
    expect(await reasonOf(chain.edit(postId, { props: {} }))).toBe('no_access');
    standIn.switches.revokeToken(SAMPLE.botToken);
    expect(await reasonOf(chain.edit(postId, { props: {} }))).toBe('auth');
    expect(chain.state()).toBe('closed');
  });

  it('falls silent when the token is revoked and goes on with the one in the file', async () => {
    const token = createToken(SAMPLE.botToken, () => ({ value: 'fake-token-of-tomorrow' }));
    const { sink, standIn } = await start('5.37', token.current);
    const { postId } = await sink.create(draft());
    const time = new FakeClock();
    const breaker = withBreaker(sink, { threshold: 2, cooldownMs: 30_000, clock: time });
    const gate = withAuthGate(breaker, { token, clock: time, check: (signal) => sink.identify(signal) });
    onTestFinished(() => (gate.stop(), breaker.stop()));
    standIn.switches.revokeToken(SAMPLE.botToken);
    expect(await reasonOf(gate.edit(postId, { props: {} }))).toBe('auth');
    await time.advance(0);
    await expect.poll(() => gate.authStatus()).toMatchObject({ because: expect.stringContaining('MM_TOKEN') });
    const before = standIn.requests.length;
    expect(await reasonOf(gate.edit(postId, { props: {} }))).toBe('auth');
    expect(standIn.requests).toHaveLength(before);
    standIn.switches.addToken('fake-token-of-tomorrow', SAMPLE.botId);
    await expect.poll(async () => (await time.advance(30_000), gate.authStatus())).toEqual({ state: 'accepted' });
    expect(await reasonOf(gate.edit(postId, { props: {} }))).toBe('ok');
    expect(breaker.state()).toBe('closed');
  });
});
