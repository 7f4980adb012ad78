// The contract of the publisher: its ports, options, methods and numbers.

import type { Card, CardHead } from '../../core/card.ts';
import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/log.ts';
import type { Meter } from '../../core/meter.ts';
import type { PostBody, Reason, Sink, Target } from '../../core/sink.ts';
import type { Pace } from '../../core/edit-pace.ts';
import type { LiveStatusMeta, TurnMeta } from './post-meta.ts';
import type { RequestBudget } from './request-budget.ts';
import type { PostRecord } from '../../core/post-record.ts';

/** The newest rendering of one box and where it belongs. The target of the first view is kept for the box's whole life. */
export interface BoxView {
  boxId: string;
  target: Target;
  card: Card;
  /** Wall clock; decides the pace. */
  turnStartedAt: number;
  meta: TurnMeta;
}

/** A box that has changed and is not drawn yet: all that decides when it is sent. */
export interface BoxNews extends Omit<BoxView, 'card' | 'meta'> {
  card: CardHead;
  draw(): BoxView;
}

/** How much an encoder must cut. 0 is the ordinary limit; 1 and 2 follow when the server refused the level before as too large. */
export type Shrink = 0 | 1 | 2;

/** Why a box is not, or not fully, shown where it belongs. */
export interface BoxTrouble {
  boxId: string;
  channelId: string;
  reason: Reason;
  /** Cause and cure, for people. */
  because: string;
}

/** A channel whose boxes are each updated only every `everyMs`. */
export interface SlowChannel {
  channelId: string;
  everyMs: number;
}

/** Where the record of each box's post is kept. No method may throw. */
export interface PostRecords {
  /** Must be durable when it returns: a create is sent only after its intent was saved. Called at every step, even when nothing changed. */
  save(record: PostRecord): void;
  /** Runs that at once. What it saves need not be durable before this returns. */
  together(run: () => void): void;
  /** The record is not needed any more, if there is one. */
  drop(boxId: string): void;
}

export interface PublisherPorts {
  sink: Sink;
  clock: Clock;
  /** 0 ≤ x < 1 */
  random(): number;
  /** Pure: equal arguments give equal bodies. */
  encode(card: Card, meta: LiveStatusMeta, shrink: Shrink): PostBody;
  posts: PostRecords;
  log: Logger;
  /** Shared with every other part that makes requests. */
  budget: RequestBudget;
  meter: Meter;
  /** Names this process in the posts it writes. */
  instance: string;
  /** Since when this process claims its boxes (wall clock). The newest claim wins. */
  claimedAt: number;
  /** The same for the same box in every process, so that two creates at once get one post from the server. */
  newPendingId(boxId: string): string;
}

export interface PublisherOptions {
  throttleMs: number;
  pace: Pace;
  /** Most ordinary edits of one channel in an hour; 0 means any number. */
  channelEditsPerHour: number;
  /** What happens to a box whose thread was deleted: nothing more, or a new post in the channel. */
  onRootGone: 'park' | 'channel';
}

/** Numbers for the health page. `blockedUntil` is wall-clock milliseconds. */
export interface PublisherStats {
  /** Boxes with a post that have not ended. */
  active: number;
  /** Boxes that want their first post. */
  waiting: number;
  /** Boxes whose post may not show the newest state. */
  dirty: number;
  oldestDirtyAgeMs: number;
  /** How long an end has waited at most, but for those of parked boxes; 0 when every end is shown. */
  oldestEndAgeMs: number;
  /** How long the newest state of a box has waited beyond its pace, where neither server nor channel holds it back. */
  behindMs: number;
  /** Requests a second that the budget allows by now. */
  perSecond: number;
  /** Every request waits for the budget. */
  isBudgetSpent: boolean;
  /** Channels that CHANNEL_EDITS_PER_HOUR keeps rarer than a reader expects. */
  slowChannels: SlowChannel[];
  /** Boxes whose channel or age keeps their newest state out. */
  parked: BoxTrouble[];
  /** Boxes whose content is refused, or which fail while others succeed. */
  refused: BoxTrouble[];
  /** Boxes whose post or thread a person deleted. Nothing more is written for them. */
  gone: BoxTrouble[];
  blockedUntil: number | undefined;
}

/** Keeps one post per box equal to the newest view of it. */
export interface Publisher {
  /** Makes `view` the state that the post of its box must show. Idempotent; the newest wins. News are drawn when they may be sent, an end at once. */
  show(view: BoxView | BoxNews): void;
  /** Takes over the post of an earlier process, before the first `show` of that box. A known box is left alone. */
  adopt(record: PostRecord): void;
  /** Writes every open post again, so that it carries our claim. Call when another process wrote to one of them. */
  reclaim(): void;
  /** Another gateway writes that post from now on. The box that had it goes on in a post of its own. */
  release(postId: string): void;
  /** The box will not be shown again. It is dropped as soon as its post shows the newest state. */
  forget(boxId: string): void;
  /**
   * Sends everything that is dirty without regard to pace and budget, for at most `deadlineMs`. Waiting times that the
   * server asked for and an open breaker are respected. Resolves with the boxes whose post may still not show the newest state.
   */
  flush(deadlineMs: number): Promise<{ owed: string[] }>;
  stats(): PublisherStats;
  /** Aborts what is in flight; resolves when nothing runs any more. */
  stop(): Promise<void>;
}
