// Sends calls and their outcomes, one request at a time. Asks ports for people, places and the budget. Decides nothing about calls.

import { gatewayMetaOf } from '../boxes/publish/post-meta.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/log.ts';
import { FAILURES, isRefusal, PushError, type Sink } from '../core/sink.ts';
import { tellerOf } from '../core/told-name.ts';
import type { CallBook } from './call-book.ts';
import type { Address, CallRecord } from './call-record.ts';
import { messageOf } from './call-words.ts';
import { createOnce, findPosted } from './post-once.ts';

export interface CallerPorts {
  sink: Pick<Sink, 'create' | 'edit' | 'findOwn'>;
  clock: Pick<Clock, 'now' | 'monotonic'>;
  log: Logger;
  /** Our account; `undefined` before the chat server has answered, and when another watcher has taken over. */
  me(): { userId: string } | undefined;
  /** Whom the call mentions and where it goes; `undefined`: nobody. Throws `PushError`. */
  address(call: CallRecord): Promise<Address | undefined>;
  /** Takes a token of the budget and answers 0, or says in how many milliseconds there will be one. */
  take(claim: 'urgent' | 'ordinary'): number;
  /** Something can be sent in so many milliseconds. */
  wakeIn(ms: number): void;
}

const RETRY_MS = 5_000;
const LOOK_AGAIN_MS = 15_000;
const LATE_CREATE_MS = 60_000; // a create that was sent may be carried out this much later
const MAX_HELD_UP = 1_000;

export class Caller {
  readonly #book: CallBook;
  readonly #ports: CallerPorts;
  readonly #heldUpUntilById = new Map<string, number>();
  #isSending = false;
  #retryAt = Number.NEGATIVE_INFINITY;

  constructor(book: CallBook, ports: CallerPorts) {
    this.#book = book;
    this.#ports = ports;
  }

  /** Sends what is to be sent, as far as the server and the budget allow. Never rejects. */
  async send(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      while (await this.#sendNext());
    } finally {
      this.#isSending = false;
      const dueMs = this.#book.dueAt() - this.#ports.clock.now();
      if (dueMs < Number.POSITIVE_INFINITY) this.#ports.wakeIn(Math.max(0, dueMs));
    }
  }

  /** Whether another one may follow at once. */
  async #sendNext(): Promise<boolean> {
    const { clock, me, wakeIn } = this.#ports;
    const monotonic = clock.monotonic();
    const call = this.#book.next(clock.now(), (id) => (this.#heldUpUntilById.get(id) ?? monotonic) > monotonic);
    const own = me();
    if (call === undefined || own === undefined) return false;
    const waitMs = this.#waitMs(call, monotonic);
    if (waitMs > 0) {
      wakeIn(waitMs);
      return false;
    }
    return this.#attempt(call, own.userId);
  }

  #waitMs(call: CallRecord, monotonic: number): number {
    if (isOverUnsent(call)) return 0;
    if (this.#retryAt > monotonic) return this.#retryAt - monotonic;
    return this.#ports.take(call.phase === 'posted' ? 'ordinary' : 'urgent');
  }

  async #attempt(call: CallRecord, userId: string): Promise<boolean> {
    try {
      if (call.phase === 'posted') await this.#edit(call);
      else if (isOverUnsent(call)) this.#book.drop(call);
      else await this.#post(call, userId);
      return true;
    } catch (error) {
      return this.#recordFailure(call, error);
    }
  }

  async #post(call: CallRecord, userId: string): Promise<void> {
    const { sink, clock, address } = this.#ports;
    const found = call.address ?? (await address(call));
    if (found === undefined) return this.#book.giveUp(call);
    const addressed = { ...call, address: found };
    const { target } = found;
    const postId =
      call.phase === 'sent' ? await findPosted(sink, { mark: markOf(call), target, sinceAt: call.wait?.since ?? call.at }) : undefined;
    if (postId !== undefined) return this.#book.posted(call, postId, found, clock.now());
    if (call.outcome !== undefined) return this.#notFound(call);
    this.#book.sending(call, found, clock.now());
    const mark = markOf(call);
    const post = { mark, target, message: messageOf(addressed), pendingPostId: `${userId}:call:${mark.call}` };
    this.#book.posted(call, await createOnce(sink, post), found, clock.now());
  }

  /** It is over, and its create seems to have failed. */
  #notFound(call: CallRecord): void {
    if (this.#ports.clock.now() - (call.sentAt ?? 0) < LATE_CREATE_MS) this.#holdUp(call, LOOK_AGAIN_MS);
    else this.#book.drop(call);
  }

  async #edit(call: CallRecord): Promise<void> {
    const { outcome, postId = '' } = call;
    await this.#ports.sink.edit(postId, { message: messageOf(call), props: { livestatus: markOf(call) } });
    this.#book.shown(call, outcome);
  }

  /** Whether another call may be tried at once: not when the server or its database is ill. */
  #recordFailure(call: CallRecord, error: unknown): boolean {
    if (error instanceof PushError && FAILURES[error.reason].lastsAs === 'failing') {
      const waitMs = Math.max(RETRY_MS, error.retryAfterMs ?? 0);
      this.#retryAt = this.#ports.clock.monotonic() + waitMs;
      this.#ports.wakeIn(waitMs);
      return false;
    }
    if (call.phase !== 'posted' && isRefusal(error) && this.#book.sendHome(call)) {
      this.#ports.log.warn({ err: error }, 'OPERATIONS_CHANNEL refuses a call. It is posted where its box is.');
      return true;
    }
    this.#ports.log.warn({ err: error }, 'A call could not be posted or edited. The box shows what it was about.');
    if (call.phase === 'posted') this.#book.shown(call, call.outcome);
    else this.#book.giveUp(call);
    return isRefusal(error);
  }

  #holdUp({ id }: CallRecord, ms: number): void {
    if (this.#heldUpUntilById.size >= MAX_HELD_UP) this.#heldUpUntilById.clear();
    this.#heldUpUntilById.set(id, this.#ports.clock.monotonic() + ms);
    this.#ports.wakeIn(ms);
  }
}

/** By what its post is found again: as the gateway that watches the turn would mark it. */
function markOf({ id, ownId = id, boxId }: CallRecord): { call: string; gateway?: string } {
  return { call: ownId, ...gatewayMetaOf(tellerOf(boxId)) };
}

/** It was over before anything was sent. */
function isOverUnsent({ phase, outcome }: CallRecord): boolean {
  return phase === 'wanted' && outcome !== undefined;
}
