// A Mattermost for tests and the demo: answers like a recorded real one, and keeps a log of all requests. It needs no sockets.

import { tokenOf, userOfToken } from './permissions.ts';
import { applyRequest } from './apply-request.ts';
import type { ActiveLimit } from './apply-request.ts';
import type { StandInAnswer, StandInRequest } from './answer.ts';
import { pendingIdOf } from './create-post.ts';
import { deliver } from './deliver-answer.ts';
import type { Arrival } from './deliver-answer.ts';
import { Faults } from './faults.ts';
import { PendingIds } from './pending-ids.ts';
import type { Post, PostVersion } from './post.ts';
import { RateLimiter } from './rate-limit.ts';
import type { RateLimit } from './rate-limit.ts';
import { reviveAfterEdit } from './revive-post.ts';
import { switchesOf } from './switches.ts';
import type { Switches } from './switches.ts';
import { createWorld } from './world.ts';
import type { PostEvent, World, WorldOptions } from './world.ts';

/** One request that arrived. */
export interface RequestRecord {
  at: number;
  method: string;
  /** With the query. */
  path: string;
  body: string;
  /** The user of the request; absent when the token was not accepted. */
  userId?: string;
  /** What the client got; absent without an answer. */
  status?: number;
  /** Whether the server itself applied or refused it; a fault may prevent both. */
  applied: boolean;
  /** The scripted fault that hit it. */
  fault?: string;
}

/** The options of a stand-in. */
export interface StandInOptions extends WorldOptions {
  rateLimit?: RateLimit;
}

/** A request was lost on the way: no answer, the effect unknown to the caller. */
export class ConnectionLost extends Error {
  constructor() {
    super('The stand-in broke the connection.');
    this.name = 'ConnectionLost';
  }
}

/** One stand-in server. */
export interface StandIn {
  /** Its whole state, for the page and for assertions. */
  readonly world: World;
  readonly faults: Faults;
  readonly switches: Switches;
  /** Every request, in order of arrival. */
  readonly requests: RequestRecord[];
  /** The live posts, oldest first. */
  posts(): Post[];
  /** Every accepted state of a post, oldest first, the deletion included. */
  versionsOf(postId: string): PostVersion[];
  /** Answers at once and skips the delays of faults; throws `ConnectionLost` where a client would get no answer. */
  handle(request: StandInRequest): StandInAnswer;
  /** Registers a request and takes its fault; `apply` of the result makes it happen. `record` is its line in `requests`. */
  arrive(request: StandInRequest): Arrival & { record: RequestRecord };
  /** Clears what a restart clears: pending ids, cached tokens, the limiter's counts. */
  restart(): void;
  /** Switches rate limiting on or off. */
  limitRate(limit: RateLimit | undefined): void;
  /** Calls `listener` for everything that happens to a post; the returned function stops that. */
  onPostEvent(listener: (event: PostEvent) => void): () => void;
}

/** Makes a stand-in with its own state; time comes from `options.clock` only. */
export function createStandIn(options: StandInOptions): StandIn {
  const world = createWorld(options);
  let limit = activeLimit(options.rateLimit);
  const requests: RequestRecord[] = [];
  const faults = new Faults();

  function arrive(request: StandInRequest): Arrival & { record: RequestRecord } {
    const fault = faults.take(request);
    const record = recordOf(world, request, fault?.kind);
    requests.push(record);
    const pendingId = fault?.kind === 'stall' ? reservePendingId(world, request) : undefined;
    const revive = fault?.kind === 'stall' ? reviveAfterEdit(world, request) : () => undefined;
    const apply = (): StandInAnswer => {
      revive();
      if (pendingId !== undefined) world.pendingIds.free(pendingId);
      const answer = applyRequest(world, limit, request);
      record.applied = true;
      return answer;
    };
    return { fault, apply, record };
  }

  return {
    world,
    faults,
    switches: switchesOf(world),
    requests,
    posts: () => livePosts(world),
    versionsOf: (postId) => world.versionsByPost.get(postId) ?? [],
    handle: (request) => handleNow(arrive(request)),
    arrive,
    restart: () => {
      world.pendingIds = new PendingIds();
      world.cachedTokens.clear();
      limit = activeLimit(limit?.settings);
    },
    limitRate: (settings) => {
      limit = activeLimit(settings);
    },
    onPostEvent: (listener) => {
      world.listeners.add(listener);
      return () => void world.listeners.delete(listener);
    },
  };
}

function activeLimit(settings: RateLimit | undefined): ActiveLimit | undefined {
  return settings === undefined ? undefined : { settings, limiter: new RateLimiter(settings) };
}

function recordOf(world: World, request: StandInRequest, fault: string | undefined): RequestRecord {
  const user = userOfToken(world, tokenOf(request.headers));
  const { method, path, body } = request;
  const base = { at: world.clock.now(), method, path, body, applied: false };
  return { ...base, ...(user === undefined ? {} : { userId: user.id }), ...(fault === undefined ? {} : { fault }) };
}

/** While a create is under way, others with its `pending_post_id` are refused. */
function reservePendingId(world: World, request: StandInRequest): string | undefined {
  if (request.method !== 'POST' || request.path.split('?')[0] !== '/api/v4/posts') return undefined;
  const pendingId = pendingIdOf(request.body);
  const now = world.clock.now();
  if (pendingId === undefined || world.pendingIds.state(pendingId, now).kind !== 'unknown') return undefined;
  world.pendingIds.begin(pendingId, now);
  return pendingId;
}

function livePosts(world: World): Post[] {
  const live = [...world.rows.values()].filter((row) => row.delete_at === 0 && row.original_id === '');
  return live.sort((a, b) => a.create_at - b.create_at);
}

function handleNow(arrival: Arrival & { record: RequestRecord }): StandInAnswer {
  let seen: StandInAnswer | undefined;
  const lost = () => undefined;
  const atOnce = (_delayMs: number, run: () => void) => {
    run();
    return lost;
  };
  deliver(arrival, atOnce, { answer: (answer) => void (seen = answer), truncate: lost, reset: lost });
  if (seen === undefined) throw new ConnectionLost();
  arrival.record.status = seen.status;
  return seen;
}
