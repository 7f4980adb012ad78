// The port to a chat server: its methods, and the closed set of reasons why a push fails.

/** Where a post goes. `rootId` makes it a reply in that thread. */
export interface Target {
  channelId: string;
  rootId?: string;
  /** The thread is one of our own: when it is gone, a box that has no post yet begins a new one. */
  isOwnThread?: true;
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
  isPinned?: true;
}

/** What follows from a reason. */
interface Meaning {
  /** Who has to wait: every box, or the one whose request failed. */
  scope: 'all' | 'box';
  /** The server is ill. Only such failures count for the breaker; everything else is an answer. */
  isHealthFailure: boolean;
  /** The request may have been carried out, or still be. */
  mayLand: boolean;
  /** `by_itself`, however long it takes; `perhaps`, but then within seconds, such as while a database fails over. */
  passes: 'by_itself' | 'perhaps' | 'never';
  /** How a failure that does not pass is treated: as an outage, a wait for a person, or a refused content. */
  lastsAs: 'failing' | 'parked' | 'refused';
}

/** Why a push failed: the closed set. Everything that follows from a reason is a column here. */
export const FAILURES = {
  rate_limited: { scope: 'all', isHealthFailure: false, mayLand: false, passes: 'by_itself', lastsAs: 'failing' },
  /** Not sent at all. */
  breaker_open: { scope: 'all', isHealthFailure: false, mayLand: false, passes: 'by_itself', lastsAs: 'failing' },
  /** The token is refused although the server is healthy. */
  auth: { scope: 'all', isHealthFailure: false, mayLand: false, passes: 'by_itself', lastsAs: 'failing' },

  /** The outcome is unknown. */
  timed_out: { scope: 'box', isHealthFailure: true, mayLand: true, passes: 'by_itself', lastsAs: 'failing' },
  unreachable: { scope: 'box', isHealthFailure: true, mayLand: true, passes: 'by_itself', lastsAs: 'failing' },
  server: { scope: 'box', isHealthFailure: true, mayLand: true, passes: 'by_itself', lastsAs: 'failing' },
  /** The server is still creating the post of that pending id. */
  in_progress: { scope: 'box', isHealthFailure: false, mayLand: true, passes: 'perhaps', lastsAs: 'failing' },

  /** Not a member, or no permission in that channel. */
  no_access: { scope: 'box', isHealthFailure: false, mayLand: false, passes: 'perhaps', lastsAs: 'parked' },
  archived: { scope: 'box', isHealthFailure: false, mayLand: false, passes: 'never', lastsAs: 'parked' },
  /** The thread's root was deleted. */
  root_gone: { scope: 'box', isHealthFailure: false, mayLand: false, passes: 'perhaps', lastsAs: 'parked' },
  /** The server lets posts of that age be edited no more. */
  edit_expired: { scope: 'box', isHealthFailure: false, mayLand: false, passes: 'never', lastsAs: 'parked' },
  /** We may post in the channel, but not edit this post. */
  edit_forbidden: { scope: 'box', isHealthFailure: false, mayLand: false, passes: 'perhaps', lastsAs: 'parked' },

  /** The post was deleted. */
  gone: { scope: 'box', isHealthFailure: false, mayLand: false, passes: 'perhaps', lastsAs: 'refused' },
  /** This content is refused; others are fine. */
  rejected: { scope: 'box', isHealthFailure: false, mayLand: false, passes: 'perhaps', lastsAs: 'refused' },
  too_large: { scope: 'box', isHealthFailure: false, mayLand: false, passes: 'never', lastsAs: 'refused' },
} as const satisfies Record<string, Meaning>;

export type Reason = keyof typeof FAILURES;

const RATE_WAIT_MS = 1_000; // Limiters count in whole seconds: no shorter wait helps where the server names none.

/** The one error a sink throws. `retryAfterMs` is the earliest time for a next try, for all posts when `rate_limited`; then it is always there. */
export class PushError extends Error {
  readonly reason: Reason;
  readonly retryAfterMs: number | undefined;
  constructor(reason: Reason, message: string, options: { retryAfterMs?: number | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'PushError';
    this.reason = reason;
    this.retryAfterMs = options.retryAfterMs ?? (reason === 'rate_limited' ? RATE_WAIT_MS : undefined);
  }
}

/** Whether the server's answer is a no, which does not pass by itself, however long one waits. */
export function isRefusal(error: unknown): error is PushError {
  return error instanceof PushError && FAILURES[error.reason].passes !== 'by_itself';
}

/** The request was not sent, so the error shows nothing about the server. */
export class HeldBack extends PushError {}

/** The outcome of the newest exchange with the chat server or of the newest probe. */
export type Reach = { readonly state: 'unknown' } | { readonly state: 'reached' } | { readonly state: 'failing'; readonly because: string };

/** What a create came to. */
export interface CreatedPost {
  postId: string;
  /** No new post but one of an earlier process. It says something else and may still change behind our back. */
  existed?: boolean;
  /** The post that it replaces, where that process said so. */
  replaces?: string;
}

/** One chat server. Every method makes one attempt and throws `PushError`. */
export interface Sink {
  create(draft: PostDraft, signal?: AbortSignal): Promise<CreatedPost>;
  edit(postId: string, body: PostBody, signal?: AbortSignal): Promise<void>;
  /** `undefined` when the post is deleted or unknown. */
  read(postId: string, signal?: AbortSignal): Promise<FoundPost | undefined>;
  /** Own posts of this program in one channel, newest first, created after `sinceAt`. */
  findOwn(channelId: string, sinceAt: number, signal?: AbortSignal): Promise<FoundPost[]>;
  /** Own pinned posts of this program in one channel, newest first. */
  findPinned(channelId: string, signal?: AbortSignal): Promise<FoundPost[]>;
  /** Pins a post to its channel. Doing it again changes nothing that people see. */
  pin(postId: string, signal?: AbortSignal): Promise<void>;
  /** Puts our reaction on a post, whoever wrote that. `emoji` is a name, such as `eyes`. One that is there already is no failure. */
  react(postId: string, emoji: string, signal?: AbortSignal): Promise<void>;
  /** Takes our reaction away. One that is not there is no failure. */
  unreact(postId: string, emoji: string, signal?: AbortSignal): Promise<void>;
  /** Resolves when the server is healthy, database included. Waits `timeoutMs` for the answer, or a few seconds. */
  probe(signal?: AbortSignal, timeoutMs?: number): Promise<void>;
}
