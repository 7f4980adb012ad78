// The part of a box's post that must survive a crash. Plain data; the publisher writes it, the checkpoint keeps it.

import type { Card } from './card.ts';
import type { Target } from './sink.ts';

/**
 * `intent`: a create may have been sent, its outcome is not known. `posted`: `postId` is our post.
 * `gone`: a person deleted it, it is never created again. `parked`: the channel refuses us; with or without a post.
 */
export type PostPhase = 'intent' | 'posted' | 'gone' | 'parked';

/** What a person deleted: the post, or its thread. */
export type GoneCause = 'post' | 'root';

/** The content of a box, without what the record has anyway. */
export interface OwedView {
  card: Card;
  turnStartedAt: number;
  meta: { session: string; runs: string[]; trigger?: string; log?: string; start: number };
}

/** One post of one box. Instants are wall-clock milliseconds. */
export interface PostRecord {
  boxId: string;
  target: Target;
  phase: PostPhase;
  /** Only when the phase is `gone`. */
  goneCause?: GoneCause;
  /** The post of this box that may not be edited any more; its end is in `postId`, or will be. */
  replaces?: string;
  /** The same for every try to create the post of this box. */
  pendingPostId: string;
  postId?: string;
  /** The last sequence number known to be used; more may have been sent before a crash. */
  seq: number;
  /** The content that the server confirmed last; absent while the post may hold something else. */
  acked?: { hash: string; seq: number };
  /** The urgent key that was confirmed last. */
  urgentKey?: string;
  /** The box has ended, and its post may not say so yet. */
  owedFinal: boolean;
  /** That end, so that the next process can write it even when it knows nothing of the turn. */
  owedView?: OwedView;
  /** The newest state of the box was final. */
  final: boolean;
  /** Not later than the first try to create the post. */
  createdAt: number;
}
