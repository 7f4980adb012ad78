// A chat server in memory that is as unreliable as a test says: requests get lost, answers get lost, edits land late, it stalls,
// restarts and forgets. Its history is the judge of what the publisher did.

import { type FoundPost, type PostBody, type PostDraft, PushError, type Sink } from '../../../../src/core/sink.ts';
import type { FakeClock } from '../../../support/clock.ts';

export type Call = 'create' | 'edit' | 'read' | 'find';

/** What happens to one request. */
export type Fate =
  | 'served'
  /** Carried out at once; the answer never comes. */
  | 'answer_lost'
  /** Carried out some time after the client has given up. */
  | 'late'
  /** Accepted at once, carried out slowly: the same pending id is told to wait. */
  | 'slow'
  | 'request_lost'
  | 'reset_before'
  | 'reset_after'
  | 'error'
  /** A proxy gives up waiting, the server does not. */
  | 'gateway_timeout';

export interface Version {
  at: number;
  body: PostBody;
  /** The client had given this request up. */
  late: boolean;
}

export interface FakePost {
  postId: string;
  draft: PostDraft;
  body: PostBody;
  createdAt: number;
  deleted: boolean;
  versions: Version[];
}

interface Request {
  call: Call;
  sentAt: number;
  subject: string;
  carryOut: (late: boolean) => unknown;
  resolve: (value: never) => void;
  reject: (error: PushError) => void;
  isOver: () => boolean;
}

const PENDING_MEMORY_MS = 30_000;
const RESTART_MS = 1_500;
const MAX_CREATE_AGE_MS = 25_000;
const CLIENT_TIMEOUT_MS = 10_000;

export class FakeServer {
  readonly posts = new Map<string, FakePost>();
  /** Client send times of everything that left the client. */
  readonly sent: { at: number; call: Call }[] = [];
  /** The same with the post, pending id or channel that each was about. */
  readonly tried: { at: number; call: Call; subject: string }[] = [];
  /** The waiting times that the client was told, from the moment it knew. */
  windows: { from: number; until: number }[] = [];
  latencyMs = 40;
  /** How far the server's clock is ahead of ours. */
  clockAheadMs = 0;
  /** `stalled` is a stopped process: whatever it had begun and whatever it is sent goes on when it goes on. */
  state: 'up' | 'refusing' | 'stalled' | 'failing' = 'up';
  fateOf: (call: Call, subject: string) => Fate = () => 'served';
  refusalOf: (call: Call, body: PostBody | undefined, target: string) => PushError | undefined = () => undefined;
  lateByMs = () => 5_000;
  shuffle = <T>(list: T[]): T[] => list;
  readonly #clock: FakeClock;
  readonly #memory = new Map<string, { postId: string | undefined; at: number }>();
  #stalled: { request: Request; goOn: () => void }[] = [];
  #generation = 0;
  #backAt = 0;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  readonly sink: Sink = {
    create: (draft, signal) => this.#call('create', draft.pendingPostId, signal, (late) => this.#create(draft, late)),
    edit: (postId, body, signal) => this.#call('edit', postId, signal, (late) => this.#edit(postId, body, late)),
    read: (postId, signal) => this.#call('read', postId, signal, () => this.#read(postId)),
    findOwn: (channelId, sinceAt, signal) => this.#call('find', channelId, signal, () => this.#find(channelId, sinceAt)),
    findPinned: async () => [],
    pin: async () => undefined,
    react: async () => undefined,
    unreact: async () => undefined,
    probe: () => Promise.resolve(),
  };

  sentInsideWindows(): number {
    return this.sent.filter(({ at }) => this.windows.some(({ from, until }) => at > from && at < until)).length;
  }

  postsOf(boxId: string): FakePost[] {
    return [...this.posts.values()].filter((post) => boxOf(post) === boxId);
  }

  /**
   * Everything that waited is carried out at once, in an order of the server's choosing. A create that is too old is dropped: a client
   * that got no answer can rule out a second post only as long as a create is carried out within the memory of pending ids or never.
   */
  resume(): void {
    this.state = 'up';
    const waiting = this.shuffle(this.#stalled);
    this.#stalled = [];
    for (const { request, goOn } of waiting)
      if (request.call !== 'create' || this.#clock.monotonic() - request.sentAt < MAX_CREATE_AGE_MS) goOn();
  }

  /** Forgets pending ids and whatever it had not carried out, and refuses connections for as long as a real one takes to come back. */
  restart(): void {
    this.#generation += 1;
    this.#stalled = [];
    this.#memory.clear();
    this.#backAt = this.#clock.monotonic() + RESTART_MS;
  }

  #call<T>(call: Call, subject: string, signal: AbortSignal | undefined, carryOut: (late: boolean) => T): Promise<T> {
    const at = this.#clock.monotonic();
    this.sent.push({ at, call });
    this.tried.push({ at, call, subject });
    return new Promise<T>((resolve, reject) => {
      let over = false;
      const finish = (end: () => void): void => {
        if (over) return;
        over = true;
        end();
      };
      const giveUp = (why: string): void => finish(() => reject(new PushError('timed_out', why)));
      this.#clock.after(CLIENT_TIMEOUT_MS, () => giveUp('no answer'));
      signal?.addEventListener('abort', () => giveUp('aborted'));
      const request: Request = {
        call,
        subject,
        sentAt: this.#clock.monotonic(),
        carryOut,
        resolve: (value) => finish(() => resolve(value)),
        reject: (error) => finish(() => reject(this.#noted(error))),
        isOver: () => over,
      };
      this.#clock.after(this.latencyMs / 2, () => this.#arrive(request));
    });
  }

  #noted(error: PushError): PushError {
    const from = this.#clock.monotonic();
    if (error.reason === 'rate_limited') this.windows.push({ from, until: from + (error.retryAfterMs ?? 0) });
    return error;
  }

  #arrive(request: Request): void {
    if (this.state === 'refusing' || this.#clock.monotonic() < this.#backAt)
      return this.#answer(() => request.reject(new PushError('unreachable', 'refused')));
    if (this.state === 'failing') return this.#answer(() => request.reject(new PushError('server', '503')));
    if (this.state === 'stalled') return void this.#stalled.push({ request, goOn: () => this.#serve(request) });
    this.#meet(request, this.fateOf(request.call, request.subject));
  }

  #meet(request: Request, fate: Fate): void {
    switch (fate) {
      case 'served':
        return this.#serve(request);
      case 'answer_lost':
        return void this.#attempt(request);
      case 'late':
        return this.#later(request, CLIENT_TIMEOUT_MS + this.lateByMs(), () => this.#attempt(request));
      case 'slow':
        return this.#serveSlowly(request);
      case 'request_lost':
        return;
      case 'reset_before':
        return this.#answer(() => request.reject(new PushError('unreachable', 'reset')));
      case 'reset_after':
        this.#attempt(request);
        return this.#answer(() => request.reject(new PushError('unreachable', 'reset')));
      case 'error':
        return this.#answer(() => request.reject(new PushError('server', '500')));
      case 'gateway_timeout':
        this.#later(request, this.lateByMs(), () => this.#attempt(request));
        return this.#answer(() => request.reject(new PushError('timed_out', '504')));
      default:
        return fate satisfies never;
    }
  }

  #serve(request: Request): void {
    const outcome = this.#attempt(request);
    this.#answer(() => (outcome instanceof PushError ? request.reject(outcome) : request.resolve(outcome as never)));
  }

  #serveSlowly(request: Request): void {
    if (request.call !== 'create' || this.#memory.has(request.subject)) return this.#serve(request);
    this.#memory.set(request.subject, { postId: undefined, at: this.#clock.monotonic() });
    this.#later(request, CLIENT_TIMEOUT_MS + this.lateByMs(), () => {
      this.#memory.delete(request.subject);
      this.#attempt(request);
    });
  }

  #attempt(request: Request): unknown {
    try {
      return request.carryOut(request.isOver());
    } catch (error) {
      if (error instanceof PushError) return error;
      throw error;
    }
  }

  #later(request: Request, delayMs: number, run: () => void): void {
    const generation = this.#generation;
    this.#clock.after(delayMs, () => {
      if (generation !== this.#generation) return;
      if (this.state === 'stalled') this.#stalled.push({ request, goOn: run });
      else run();
    });
  }

  #answer(run: () => void): void {
    this.#clock.after(this.latencyMs / 2, run);
  }

  #create(draft: PostDraft, late: boolean): { postId: string } {
    const remembered = this.#memory.get(draft.pendingPostId);
    const now = this.#clock.monotonic();
    if (remembered !== undefined && now - remembered.at < PENDING_MEMORY_MS) return { postId: this.#remembered(remembered.postId) };
    const refusal = this.refusalOf('create', draft, draft.target.rootId ?? draft.target.channelId);
    if (refusal !== undefined) throw refusal;
    const postId = `post${this.posts.size + 1}`;
    this.posts.set(postId, {
      postId,
      draft,
      body: draft,
      createdAt: this.#clock.now() + this.clockAheadMs,
      deleted: false,
      versions: [{ at: now, body: draft, late }],
    });
    this.#memory.set(draft.pendingPostId, { postId, at: now });
    return { postId };
  }

  #remembered(postId: string | undefined): string {
    if (postId === undefined) throw new PushError('in_progress', 'pending');
    if (this.posts.get(postId)?.deleted === true) throw new PushError('gone', 'failed to get');
    return postId;
  }

  #edit(postId: string, body: PostBody, late: boolean): void {
    const post = this.posts.get(postId);
    if (post === undefined || post.deleted) throw new PushError('gone', 'deleted');
    const refusal = this.refusalOf('edit', body, post.draft.target.channelId);
    if (refusal !== undefined) throw refusal;
    post.body = body;
    post.versions.push({ at: this.#clock.monotonic(), body, late });
  }

  #read(postId: string): FoundPost | undefined {
    const post = this.posts.get(postId);
    return post === undefined || post.deleted ? undefined : foundPost(post);
  }

  #find(channelId: string, sinceAt: number): FoundPost[] {
    const refusal = this.refusalOf('find', undefined, channelId);
    if (refusal !== undefined) throw refusal;
    const own = [...this.posts.values()].filter(
      (post) => post.draft.target.channelId === channelId && !post.deleted && post.createdAt >= sinceAt,
    );
    return own.reverse().map(foundPost);
  }
}

function foundPost(post: FakePost): FoundPost {
  return { postId: post.postId, target: post.draft.target, createdAt: post.createdAt, meta: post.body.props['livestatus'] };
}

function boxOf(post: FakePost): unknown {
  const meta = post.draft.props['livestatus'];
  return typeof meta === 'object' && meta !== null && 'box' in meta ? meta.box : undefined;
}
