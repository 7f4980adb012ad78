// The card: the content of a box, before it is encoded as an attachment or a plain message.

import type { WaitsOn } from './event.ts';
import type { Retry } from './session.ts';

/** The urgent key of a turn that goes on and about which nobody has to know more. */
export const NOTHING_URGENT = 'open, violations 0';

/** The states that a title can show: a closed set. */
export type BoxState =
  | 'active'
  | 'quiet'
  | 'retry'
  | 'waiting'
  | 'silent'
  | 'done'
  | 'done_unseen'
  | 'error'
  | 'aborted'
  | 'timeout'
  | 'released'
  | 'cancelled'
  | 'rejected'
  | 'stopped'
  | 'interrupted'
  | 'lost';

/** The state of one turn, derived from its events (core/status.ts). Durations in milliseconds. */
export interface TurnStatus {
  state: BoxState;
  final: boolean;
  reason?: string;
  quietMs?: number;
  /** For how long nothing has been heard of its gateway, if that is silent. */
  silentMs?: number;
  waitingOn?: WaitsOn;
  retry?: Retry;
  endedAt?: number;
}

/** Whether a person should know of that state at once. */
export function isUrgentState({ state, final }: Pick<TurnStatus, 'state' | 'final'>): boolean {
  return final || state === 'waiting' || state === 'retry';
}

/** One rendered box. All strings are safe Markdown: redacted, neutralised, without pings, links or open fences. */
export interface Card {
  state: BoxState;
  /** `#rrggbb` */
  color: string;
  title: string;
  /** Oldest first. When there are too many, the first ones are dropped, so the most important stand last. */
  lines: string[];
  /** The same for the version that creates a post. Its text notifies people, so foreign text stands in code spans. */
  first?: { title: string; lines: string[] };
  /** Instead of the title where that is part of a message. */
  titleInMessage?: string;
  /** Indices of `lines` in the order in which they may be dropped: failed calls after what went well. Without it the oldest goes first. */
  dropOrder?: number[];
  /** Lines before these that are not shown any more. */
  droppedLines: number;
  /** Plain text for notifications and clients without attachments. */
  fallback: string;
  /** A change of this key does not wait for the pace (see the table of states). */
  urgentKey: string;
  final: boolean;
}

/** What decides when a card is sent. It is known without drawing the card. */
export type CardHead = Pick<Card, 'final' | 'urgentKey'>;

/** A card that is drawn when it is needed. */
export interface Sketch {
  head: CardHead;
  draw(): Card;
}

/** The card as a new post shows it. Only a title inside a message notifies people. */
export function firstVersion(card: Card): Card {
  return card.first === undefined ? card : { ...card, lines: card.first.lines, titleInMessage: card.first.title };
}
