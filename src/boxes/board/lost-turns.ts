// Limits the posts that only say that a turn was lost: counts the recent ones per session and channel.

import { setBounded } from '../../core/bounded-map.ts';
import type { Logger } from '../../core/log.ts';
import type { Meter } from '../../core/meter.ts';
import { homeOf } from '../../core/home.ts';
import type { TurnTree } from '../../core/session.ts';
import type { JudgedTree } from '../../core/status.ts';
import { type BoxEntry, settle } from './box-entry.ts';

const WINDOW_MS = 60_000;
const PER_SESSION = 5; // posts in a minute; more of the same help nobody
const PER_CHANNEL = 20;
const LOG_EVERY_MS = 60_000;
const MAX_PLACES = 5_000;
const SAYS_NOTHING = 'it was lost without a word, like too many others within a minute';

/** A broken writer, or a gateway that forgot thousands of sessions, must not fill a channel with posts that say nothing. */
export class LostTurns {
  readonly #instantsByPlace = new Map<string, number[]>();
  readonly #meter: Meter;
  #withheld = 0;
  #loggedAt = Number.NEGATIVE_INFINITY;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  /** Whether the box must not open now: one that is over gets no post, one that runs must have something to show first. */
  withholds(entry: BoxEntry, tree: JudgedTree, now: number): boolean {
    const { final } = tree.status;
    if (!isWordless(tree) || (final && !isLoss(tree))) return false;
    const isFull = this.#recent(sessionPlace(tree), now).length >= PER_SESSION;
    if (!isLoss(tree)) return isFull;
    if (!isFull && this.#recent(channelPlace(tree), now).length < PER_CHANNEL) return false;
    if (!final) return true;
    settle(entry, 'passed', SAYS_NOTHING);
    this.#withheld += 1;
    this.#meter.count('turns_lost_without_post');
    return true;
  }

  /** Counts a box that has a post, or is about to get one, and only says that its turn was lost. */
  count(entry: BoxEntry, tree: JudgedTree, now: number): void {
    const isPosted = entry.phase === 'placed' || entry.phase === 'placing';
    if (!isPosted || entry.isLossNoted === true || !isWordless(tree) || !isLoss(tree)) return;
    entry.isLossNoted = true;
    for (const place of [sessionPlace(tree), channelPlace(tree)]) this.#add(place, now);
  }

  /** When `logWithheld` has something to log. */
  logAt(): number {
    return this.#withheld === 0 ? Number.POSITIVE_INFINITY : this.#loggedAt + LOG_EVERY_MS;
  }

  /** Logs how many were withheld since the last time, at most once a minute. */
  logWithheld(log: Logger, now: number): void {
    if (now < this.logAt()) return;
    log.warn({ turns: this.#withheld }, 'Too many turns were lost within a minute without any output; these got no post.');
    this.#withheld = 0;
    this.#loggedAt = now;
  }

  #add(place: string, now: number): void {
    const instants = [...this.#recent(place, now), now];
    setBounded(this.#instantsByPlace, place, instants, MAX_PLACES);
  }

  #recent(place: string, now: number): number[] {
    return (this.#instantsByPlace.get(place) ?? []).filter((at) => now - at < WINDOW_MS);
  }
}

/** No text, no calls, no sub-agents: its box would only have a title. */
function isWordless({ turn }: TurnTree): boolean {
  return turn.lines.length === 0 && turn.droppedLines === 0 && Object.keys(turn.childrenByKey).length === 0;
}

/** It was lost, or nobody answered it before the next one came. */
function isLoss({ turn, status: { state } }: JudgedTree): boolean {
  return state === 'lost' || (turn.superseded && (state === 'active' || state === 'quiet' || state === 'done_unseen'));
}

function sessionPlace({ session }: TurnTree): string {
  return `session ${session.key}`;
}

/** The channel of its post, as far as its home says so. All others share one count. */
function channelPlace({ turn }: TurnTree): string {
  const home = homeOf(turn);
  return home?.kind === 'channel' ? `channel ${home.channelId}` : 'any other channel';
}
