// Every implementation of `Sink`, each over a real stand-in server, and in one table what each of them may do differently.

import { onTestFinished } from 'vitest';
import { Chat } from '../../../src/app/chat.ts';
import { withFence } from '../../../src/sinks/resilience/fence.ts';
import { onceConnected } from '../../../src/sinks/resilience/once-connected.ts';
import { withReachability } from '../../../src/sinks/resilience/reachability.ts';
import { createThreadCosts } from '../../../src/sinks/resilience/thread-costs.ts';
import { readConfig } from '../../../src/config/config.ts';
import { forwarded } from '../../../src/core/guarded.ts';
import { type PostDraft, PushError, type Reason, type Sink } from '../../../src/core/sink.ts';
import { withAuthGate } from '../../../src/sinks/resilience/auth-gate.ts';
import { withBreaker } from '../../../src/sinks/resilience/breaker.ts';
import { createMattermostSink } from '../../../src/sinks/mattermost/mattermost.ts';
import { withRateGate } from '../../../src/sinks/mattermost/rate-gate.ts';
import { createHttpTransport, type HttpTransport } from '../../../src/sinks/mattermost/transport.ts';
import { createToken } from '../../../src/sinks/resilience/token.ts';
import type { Fault } from '../../../src/stand-in/faults.ts';
import { SAMPLE, sampleSeed } from '../../../src/stand-in/sample-seed.ts';
import { serveStandIn } from '../../../src/stand-in/server.ts';
import { createStandIn, type StandIn } from '../../../src/stand-in/stand-in.ts';
import { withAdoption } from '../../../src/takeover/adoption.ts';
import { withGateways } from '../../../src/takeover/gateway-posts.ts';
import { PostedGateways } from '../../../src/takeover/posted-gateways.ts';
import { withTwinWatch } from '../../../src/takeover/twin.ts';
import { FakeClock } from '../../support/clock.ts';

export type Call = 'create' | 'edit' | 'read' | 'findOwn' | 'findPinned' | 'pin' | 'react' | 'unreact' | 'probe';

/** What a layer stands on. */
export interface Ground {
  clock: FakeClock;
  standIn: StandIn;
  url: string;
  transport: HttpTransport;
  /** The innermost sink. */
  mattermost: Sink;
  /** What has reached the server since it was asked last. */
  arrived(): string[];
}

interface Opened {
  sink: Sink;
  stop(): void | Promise<void>;
}

/** A way to make a layer refuse everything, and what it says then. */
interface Closing {
  reason: Reason;
  close(opened: Opened, ground: Ground): Promise<void>;
}

export interface Layer {
  open(ground: Ground): Opened | Promise<Opened>;
  /** What keeps it from sending anything; none means that it never refuses by itself. */
  refuses: Record<string, Closing>;
  /** What else it asks before the first post in a channel. */
  asksBeforeCreate?: readonly Call[];
  /** The waiting times that it names in place of the server's. */
  namesWaitMs?: Partial<Record<Reason, number>>;
  /** A box whose post an earlier process made gets that one. */
  adopts?: true;
  /** `all`: nothing is sent after a stop; `timers`: what is asked of it is sent, by itself it does nothing any more. */
  stops: 'all' | 'timers' | 'nothing';
}

const INSTANCE = 'this-instance';
const OTHER_INSTANCE = 'zz-another-instance';
const THRESHOLD = 10; // more than there are calls

export async function openGround(): Promise<Ground> {
  const clock = new FakeClock();
  const standIn = createStandIn({ clock, seed: sampleSeed(), version: '11.6' });
  const server = await serveStandIn(standIn, { port: 0 });
  onTestFinished(() => server.close());
  const transport = createHttpTransport({ baseUrl: server.url, token: () => SAMPLE.botToken, version: '0' });
  onTestFinished(() => transport.close());
  let seen = 0;
  const arrived = (): string[] => {
    const news = standIn.requests.slice(seen).map(({ method, path }) => callOf(method, path));
    seen = standIn.requests.length;
    return news;
  };
  return { clock, standIn, url: server.url, transport, mattermost: sinkOver(transport), arrived };
}

function sinkOver({ send }: Pick<HttpTransport, 'send'>): ReturnType<typeof createMattermostSink> {
  return createMattermostSink({ transport: send, userId: () => SAMPLE.botId });
}

function callOf(method: string, path: string): string {
  if (method === 'POST' && path === '/api/v4/posts') return 'create';
  if (method === 'PUT' && path.endsWith('/patch')) return 'edit';
  if (method === 'GET' && path.startsWith('/api/v4/posts/')) return 'read';
  if (method === 'GET' && /^\/api\/v4\/channels\/\w+\/posts\?/.test(path)) return 'findOwn';
  if (method === 'GET' && /^\/api\/v4\/channels\/\w+\/pinned$/.test(path)) return 'findPinned';
  if (method === 'POST' && /^\/api\/v4\/posts\/\w+\/pin$/.test(path)) return 'pin';
  if (method === 'POST' && path === '/api/v4/reactions') return 'react';
  if (method === 'DELETE' && path.startsWith('/api/v4/users/me/posts/')) return 'unreact';
  return path.startsWith('/api/v4/system/ping') ? 'probe' : `${method} ${path}`;
}

let boxes = 0;
/** A draft for a box of its own, as the publisher makes them. */
export function draft(change: Partial<{ box: string; instance: string; claimedAt: number }> = {}): PostDraft {
  boxes += 1;
  const { box = `box${boxes}`, instance = INSTANCE, claimedAt = 0 } = change;
  const livestatus = { v: 1, box, session: 'session', runs: [], start: 0, open: true, seq: 1, instance, claimedAt };
  return { target: { channelId: SAMPLE.publicId }, pendingPostId: `pending-${boxes}`, props: { livestatus } };
}

const OF_POSTS = /^\/api\/v4\/((channels\/\w+\/|users\/me\/)?posts|channels\/\w+\/pinned|reactions)/;

/** From now on everything about posts comes to this. Returns what ends it. */
export function failWith({ standIn }: Ground, fault: Fault): () => void {
  return standIn.faults.add({ match: { path: OF_POSTS }, times: Number.POSITIVE_INFINITY, fault });
}

/** A failure as it comes through any layer. */
export async function failureOf(call: Promise<unknown>): Promise<Pick<PushError, 'reason' | 'retryAfterMs'> | 'none'> {
  try {
    await call;
    return 'none';
  } catch (error) {
    if (!(error instanceof PushError)) throw error;
    return { reason: error.reason, retryAfterMs: error.retryAfterMs };
  }
}

/** One failure, or some, that put a layer into the state in which it refuses. */
function after(times: number, fault: Fault): Closing['close'] {
  return async ({ sink }, ground) => {
    const heal = failWith(ground, fault);
    for (let time = 0; time < times; time += 1) await failureOf(sink.edit('post', { props: {} }));
    heal();
  };
}

const LIMITED: Closing = { reason: 'rate_limited', close: after(1, { kind: 'status', status: 429, headers: { 'retry-after': '7' } }) };
const DOWN: Closing = { reason: 'breaker_open', close: after(THRESHOLD, { kind: 'status', status: 502, html: true }) };
const BAD_TOKEN: Closing = { reason: 'auth', close: after(1, { kind: 'status', status: 401 }) };
const STOPPED: Closing = { reason: 'breaker_open', close: async ({ stop }) => await stop() };

/** A newer claim of another watcher stands on one of our posts. */
const REPLACED: Closing = {
  reason: 'breaker_open',
  async close({ sink }, ground) {
    const theirs = draft({ instance: OTHER_INSTANCE, claimedAt: ground.clock.now() + 1 });
    const { postId } = await ground.mattermost.create(theirs);
    ground.clock.pass(60_000);
    await failureOf(sink.edit(postId, theirs));
  },
};

const GATEWAYS = new PostedGateways('gateway');
const disk = () => ({ blockedUntil: () => undefined, setBlockedUntil: () => undefined });
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const nothingToStop = (sink: Sink): Opened => ({ sink, stop: () => undefined });

function twinOf(sink: Sink, clock: FakeClock): Sink {
  const unheard = { onReplaced: () => undefined, onOlder: () => undefined, onTaken: () => undefined };
  return withTwinWatch(sink, { clock, instance: INSTANCE, claimedAt: clock.now(), gateways: GATEWAYS, isOurs: () => true, ...unheard });
}

function adoptionOf(sink: Sink, clock: FakeClock): Sink {
  const posts = { boxOf: () => undefined, replacedIds: () => [] };
  return withAdoption(sink, clock, INSTANCE, {
    turns: () => [],
    posts,
    gateways: GATEWAYS,
    findAny: (channelId, sinceAt) => sink.findOwn(channelId, sinceAt),
  });
}

/** As the daemon wires it. */
function wholeStack(ground: Ground): Opened & { chat: Chat } {
  const { clock, url } = ground;
  const read = readConfig({
    MM_URL: url,
    MM_TOKEN: SAMPLE.botToken,
    TRANSCRIPT_DIR: '/nowhere',
    CIRCUIT_BREAKER_THRESHOLD: String(THRESHOLD),
    EDITS_PER_SECOND: '1000', // a search need not wait: time stands still here
  });
  if (read.kind === 'wrong') throw new Error(JSON.stringify(read.problems));
  const token = createToken(SAMPLE.botToken);
  const transport = createHttpTransport({ baseUrl: url, token: () => token.current(), version: '0' });
  const chat = new Chat(read.config, { clock, log: quiet, token, transport, remembered: disk() });
  onTestFinished(() => chat.close());
  return { chat, sink: adoptionOf(twinOf(withGateways(chat.sink, GATEWAYS), clock), clock), stop: () => chat.close() };
}

export const LAYERS: Record<string, Layer> = {
  'the Mattermost sink': {
    open: ({ transport, mattermost }) => ({ sink: mattermost, stop: () => transport.close() }),
    refuses: { stopped: { ...STOPPED, reason: 'unreachable' } },
    stops: 'all',
  },
  'a forwarded sink': { open: ({ mattermost }) => nothingToStop(forwarded(mattermost)), refuses: {}, stops: 'nothing' },
  'the rate gate': {
    open: ({ transport, clock }) => nothingToStop(sinkOver({ send: withRateGate(transport.send, clock, disk()) })),
    refuses: { limited: LIMITED },
    stops: 'nothing',
  },
  'the posts of one gateway': {
    open: ({ mattermost }) => nothingToStop(withGateways(mattermost, GATEWAYS)),
    refuses: {},
    stops: 'nothing',
  },
  'thread costs': {
    open: ({ mattermost, clock }) => nothingToStop(createThreadCosts(() => clock.monotonic()).timed(mattermost)),
    refuses: {},
    stops: 'nothing',
  },
  'the watch over reach': {
    open: ({ mattermost, clock }) => nothingToStop(withReachability(mattermost, clock)),
    refuses: {},
    stops: 'nothing',
  },
  'the breaker': {
    open: ({ mattermost, clock }) => {
      const sink = withBreaker(mattermost, { threshold: THRESHOLD, cooldownMs: 30_000, clock });
      return { sink, stop: () => sink.stop() };
    },
    refuses: { down: DOWN, stopped: STOPPED },
    stops: 'all',
  },
  'the token gate': {
    open: ({ mattermost, clock }) => {
      const sink = withAuthGate(mattermost, { token: createToken('token'), clock, check: async () => undefined });
      return { sink, stop: () => sink.stop() };
    },
    refuses: { 'a refused token': BAD_TOKEN },
    namesWaitMs: { auth: 1_000 },
    stops: 'timers',
  },
  'the fence of the active process': {
    open: ({ mattermost }) => nothingToStop(withFence(mattermost, { isActive: () => true, safe: async () => undefined })),
    refuses: {},
    stops: 'nothing',
  },
  'the fence of a process that is not active': {
    open: ({ mattermost }) => nothingToStop(withFence(mattermost, { isActive: () => false, safe: async () => undefined })),
    refuses: { always: { reason: 'breaker_open', close: async () => undefined } },
    stops: 'nothing',
  },
  'once connected': { open: ({ mattermost }) => nothingToStop(onceConnected(mattermost, () => true)), refuses: {}, stops: 'nothing' },
  'once connected, before that': {
    open: ({ mattermost }) => nothingToStop(onceConnected(mattermost, () => false)),
    refuses: { always: { reason: 'breaker_open', close: async () => undefined } },
    stops: 'nothing',
  },
  'the watch for a twin': {
    open: ({ mattermost, clock }) => nothingToStop(twinOf(mattermost, clock)),
    refuses: { replaced: REPLACED },
    stops: 'nothing',
  },
  adoption: {
    open: ({ mattermost, clock }) => nothingToStop(adoptionOf(mattermost, clock)),
    refuses: {},
    asksBeforeCreate: ['findOwn'],
    adopts: true,
    stops: 'nothing',
  },
  'the whole stack': {
    open: async (ground) => {
      const { chat, ...opened } = wholeStack(ground);
      await chat.connect(AbortSignal.timeout(10_000));
      ground.arrived();
      return opened;
    },
    refuses: { limited: LIMITED, down: DOWN, 'a refused token': BAD_TOKEN, replaced: REPLACED, stopped: STOPPED },
    namesWaitMs: { auth: 1_000 },
    asksBeforeCreate: ['findOwn'],
    adopts: true,
    stops: 'all',
  },
  'the whole stack, before it is connected': {
    open: wholeStack,
    refuses: { always: { reason: 'breaker_open', close: async () => undefined } },
    stops: 'all',
  },
};
