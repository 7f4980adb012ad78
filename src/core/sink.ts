// The port to a chat server: what the publisher asks for and the closed set of reasons why it may not get it.

/** Where a post goes. `rootId` makes it a reply in that thread. */
export interface Target {
  channelId: string;
  rootId?: string;
}

/** What a post says. A body without `message` leaves an edited post's message alone. */
export interface PostBody {
  message?: string;
  props: Record<string, unknown>;
}

export interface PostDraft extends PostBody {
  target: Target;
  /** Remembered by the server for about 30 s: the same id gives the same post. */
  pendingPostId: string;
}

/** A post of ours as found on the server. `meta` is its `props.livestatus`, unvalidated. */
export interface FoundPost {
  postId: string;
  target: Target;
  createdAt: number;
  meta: unknown;
}

/** Why a push failed. */
export type Reason =
  | 'auth' // the token is refused although the server is healthy
  | 'rate_limited'
  | 'gone' // the post was deleted
  | 'root_gone' // the thread's root was deleted
  | 'no_access' // not a member, or no permission in that channel
  | 'archived'
  | 'edit_expired' // the server lets posts of that age be edited no more
  | 'edit_forbidden' // the channel is open to us, but this post may not be edited
  | 'too_large'
  | 'rejected' // this content is refused; others are fine
  | 'in_progress' // the server is still creating the post of that pending id
  | 'timed_out' // outcome unknown, may still land
  | 'unreachable'
  | 'server'
  | 'breaker_open'; // not sent at all

/** The one error a sink throws. `retryAfterMs` is the earliest time for a next try, for all posts when `rate_limited`. */
export class PushError extends Error {
  readonly reason: Reason;
  readonly retryAfterMs: number | undefined;
  constructor(reason: Reason, message: string, options: { retryAfterMs?: number | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'PushError';
    this.reason = reason;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Failures of the server's health count for the breaker; everything else is an answer. */
export function isHealthFailure(reason: Reason): boolean {
  return reason === 'timed_out' || reason === 'unreachable' || reason === 'server';
}

/** One chat server. Every method makes one attempt and throws `PushError`. */
export interface Sink {
  /** `existed`: no new post but one of an earlier process, which says something else and may still change behind our back. */
  create(draft: PostDraft, signal?: AbortSignal): Promise<{ postId: string; existed?: boolean }>;
  edit(postId: string, body: PostBody, signal?: AbortSignal): Promise<void>;
  /** `undefined` when the post is deleted or unknown. */
  read(postId: string, signal?: AbortSignal): Promise<FoundPost | undefined>;
  /** Own posts of this program in one channel, newest first, created after `sinceAt`. */
  findOwn(channelId: string, sinceAt: number, signal?: AbortSignal): Promise<FoundPost[]>;
  /** Resolves when the server is healthy, database included. Waits `timeoutMs` for the answer, or a few seconds. */
  probe(signal?: AbortSignal, timeoutMs?: number): Promise<void>;
}
