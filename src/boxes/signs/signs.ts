// Keeps a reaction on each post that set a turn going: somebody works on it, waits for a person, is done, or has failed. Owns which
// reactions are on which post. Knows neither turns nor why one has its mark.

import { addBounded, setBounded } from '../../core/bounded-map.ts';
import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/log.ts';
import type { Meter } from '../../core/meter.ts';
import { FAILURES, type PushError, type Sink } from '../../core/sink.ts';
import { Timers } from '../../core/timers.ts';
import { wait } from '../../core/wait.ts';
import type { RequestBudget } from '../publish/request-budget.ts';
import { pushErrorOf } from '../publish/request.ts';
import { takeToken } from '../publish/take-token.ts';
import { isOpen, type Mark, type Step } from './mark.ts';
import { type AskedTurn, isOver, newSign, recordOf, restoredSign, type Sign, type SignRecord, stepOf } from './sign.ts';

/** Where signs are kept. What is put is on disk when that returns, unless the disk fails. */
export interface SignRecords {
  stored(): { postId: string; record: SignRecord }[];
  put(postId: string, record: SignRecord | undefined): void;
}

export interface SignPorts {
  clock: Clock;
  log: Logger;
  sink: Pick<Sink, 'react' | 'unreact'>;
  budget: RequestBudget;
  meter: Meter;
  records: SignRecords;
}

const MAX_IN_FLIGHT = 3; // of four connections: an end need not wait for a reaction
const PAUSE_MS = 2_000; // after an outage or a refusal that may pass
const CLOSED_MS = 3_600_000; // a person may permit reactions in a channel meanwhile
const MAX_KNOWN = 1_000; // closed places, and posts that are left alone
const MAX_REFUSALS = 3; // of one post, whatever the cause: it is left alone then
const FLUSH_LOOK_MS = 20;

export class Signs {
  readonly #ports: SignPorts;
  readonly #signsByPost = new Map<string, Sign>();
  readonly #postByBox = new Map<string, string>();
  /** What is to be requested: new reactions go before old ones are taken away. */
  readonly #waiting: Record<Step['kind'], Set<Sign>> = { add: new Set(), remove: new Set() };
  /** Until when each place is left alone, because reactions are refused there. */
  readonly #closedUntilByPlace = new Map<string, number>();
  /** Posts that are gone, or take no reaction. */
  readonly #leftAloneIds = new Set<string>();
  readonly #timers: Timers<'go on' | 'settle'>;
  readonly #stopped = new AbortController();
  #inFlight = 0;
  #pausedUntil = 0;
  /** The newest request failed for a reason that concerns all: one at a time is tried. */
  #isProbing = false;
  #isFlushing = false;

  constructor(ports: SignPorts) {
    this.#ports = ports;
    this.#timers = new Timers(ports.clock);
    for (const { postId, record } of ports.records.stored()) this.#add(restoredSign(postId, record));
  }

  /** Says what the turn does now. A turn that is over when it is first seen gets no sign. */
  show(turn: AskedTurn, mark: Mark): void {
    const sign = this.#signsByPost.get(turn.postId) ?? (isOpen(mark) && this.#isWelcome(turn) ? newSign(turn) : undefined);
    if (sign === undefined || sign.marksByBox.get(turn.boxId) === mark) return;
    sign.marksByBox.set(turn.boxId, mark);
    sign.forgottenIds.delete(turn.boxId);
    this.#add(sign);
    this.#note(sign);
  }

  /** The turn of that box is not known any more. A sign that it works is taken away. */
  forget(boxId: string): void {
    const sign = this.#signsByPost.get(this.#postByBox.get(boxId) ?? '');
    if (sign === undefined) return;
    sign.forgottenIds.add(boxId);
    const mark = sign.marksByBox.get(boxId) ?? 'none';
    if (isOpen(mark) || mark === 'untold') sign.marksByBox.set(boxId, 'none');
    this.#note(sign);
  }

  /** Takes away, after that time, the signs of an earlier process whose turns have not appeared. */
  settleAfter(delayMs: number): void {
    this.#timers.restart('settle', delayMs, () => {
      for (const sign of this.#signsByPost.values()) for (const [boxId, mark] of sign.marksByBox) if (mark === 'untold') this.forget(boxId);
    });
  }

  /** Sends what waits without regard to the budget, for at most that time. */
  async flush(deadlineMs: number): Promise<void> {
    const { clock } = this.#ports;
    const until = clock.monotonic() + deadlineMs;
    this.#isFlushing = true;
    while (clock.monotonic() < until && this.#inFlight + this.#waiting.add.size + this.#waiting.remove.size > 0) {
      if (this.#pausedUntil > until) return;
      await wait(clock, FLUSH_LOOK_MS);
    }
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#timers.stop();
  }

  #add(sign: Sign): void {
    this.#signsByPost.set(sign.postId, sign);
    for (const boxId of sign.marksByBox.keys()) this.#postByBox.set(boxId, sign.postId);
  }

  /** Puts the sign where it belongs by now. */
  #note(sign: Sign): void {
    this.#waiting.add.delete(sign);
    this.#waiting.remove.delete(sign);
    const isClosed = this.#isClosed(sign.place);
    if (isOver(sign) || (isClosed && sign.on.size === 0 && !sign.isBusy)) return this.#drop(sign);
    const step = stepOf(sign);
    if (step === undefined || sign.isBusy || isClosed) return;
    this.#waiting[step.kind].add(sign);
    this.#pump();
  }

  #drop(sign: Sign): void {
    this.#waiting.add.delete(sign);
    this.#waiting.remove.delete(sign);
    this.#signsByPost.delete(sign.postId);
    for (const boxId of sign.marksByBox.keys()) this.#postByBox.delete(boxId);
    this.#ports.records.put(sign.postId, undefined);
  }

  #pump(): void {
    const now = this.#ports.clock.monotonic();
    if (this.#stopped.signal.aborted || this.#pausedUntil > now) return;
    while (this.#inFlight < (this.#isProbing ? 1 : MAX_IN_FLIGHT)) {
      const [sign] = this.#waiting.add.size > 0 ? this.#waiting.add : this.#waiting.remove;
      if (sign === undefined) return;
      this.#waiting.add.delete(sign);
      this.#waiting.remove.delete(sign);
      sign.isBusy = true;
      this.#inFlight += 1;
      this.#timers.track(this.#serve(sign));
    }
  }

  /** Makes the one request that the post needs when it is its turn. */
  async #serve(sign: Sign): Promise<void> {
    const { signal } = this.#stopped;
    await takeToken(this.#ports, 'mark', { mayHurry: () => this.#isFlushing, signal });
    const step = stepOf(sign);
    if (step !== undefined && !signal.aborted) await this.#request(sign, step);
    sign.isBusy = false;
    this.#inFlight -= 1;
    if (this.#signsByPost.get(sign.postId) === sign) this.#note(sign);
    this.#pump();
  }

  async #request(sign: Sign, { kind, emoji }: Step): Promise<void> {
    const { sink, meter } = this.#ports;
    const { signal } = this.#stopped;
    const isNew = kind === 'add' && !sign.unsure.has(emoji);
    if (isNew) this.#save(sign, () => sign.on.add(emoji) && sign.unsure.add(emoji)); // before it is on the post
    try {
      await (kind === 'add' ? sink.react(sign.postId, emoji, signal) : sink.unreact(sign.postId, emoji, signal));
      meter.count('reactions', { change: kind, outcome: 'ok' });
      this.#succeeded(sign, { kind, emoji });
    } catch (error) {
      const failure = pushErrorOf(error);
      meter.count('reactions', { change: kind, outcome: failure.reason });
      const isSurelyOff = isNew && !FAILURES[failure.reason].mayLand;
      if (isSurelyOff) this.#save(sign, () => sign.on.delete(emoji) && sign.unsure.delete(emoji));
      this.#failed(sign, failure);
    }
  }

  #succeeded(sign: Sign, { kind, emoji }: Step): void {
    this.#isProbing = false;
    sign.refusals = 0;
    sign.unsure.delete(emoji);
    if (kind === 'remove') this.#save(sign, () => sign.on.delete(emoji));
  }

  #failed(sign: Sign, error: PushError): void {
    const { reason, retryAfterMs = 0 } = error;
    const { passes, lastsAs } = FAILURES[reason];
    if (reason === 'rate_limited') this.#ports.budget.shrink(this.#ports.clock.monotonic());
    if (passes === 'by_itself') return this.#pause(retryAfterMs);
    this.#isProbing = false;
    sign.refusals += 1;
    if (lastsAs === 'parked') this.#close(sign, error);
    else if (reason === 'gone' || sign.refusals >= MAX_REFUSALS) this.#leaveAlone(sign);
    else this.#pause(retryAfterMs);
  }

  #leaveAlone(sign: Sign): void {
    addBounded(this.#leftAloneIds, sign.postId, MAX_KNOWN);
    this.#drop(sign);
  }

  #save(sign: Sign, change: () => void): void {
    change();
    this.#ports.records.put(sign.postId, recordOf(sign));
  }

  #pause(retryAfterMs: number): void {
    const { clock } = this.#ports;
    const pauseMs = Math.max(PAUSE_MS, retryAfterMs);
    this.#isProbing = true;
    this.#pausedUntil = clock.monotonic() + pauseMs;
    this.#timers.restart('go on', pauseMs, () => this.#pump());
  }

  /** Leaves the place alone. What is on a post there is taken away when it opens again. */
  #close(sign: Sign, { message }: PushError): void {
    const { clock, log } = this.#ports;
    const { place } = sign;
    if (!this.#closedUntilByPlace.has(place))
      log.warn(
        { what: place, because: message },
        'Reactions are refused in a channel: no signs are put on its posts. SIGNS=off switches all off.',
      );
    setBounded(this.#closedUntilByPlace, place, clock.monotonic() + CLOSED_MS, MAX_KNOWN);
    this.#timers.after(CLOSED_MS, () => this.#noteAll(place));
    this.#noteAll(place);
  }

  #noteAll(place: string): void {
    for (const sign of this.#signsByPost.values()) if (sign.place === place) this.#note(sign);
  }

  #isWelcome({ postId, place }: AskedTurn): boolean {
    return !this.#leftAloneIds.has(postId) && !this.#isClosed(place);
  }

  #isClosed(place: string): boolean {
    return (this.#closedUntilByPlace.get(place) ?? 0) > this.#ports.clock.monotonic();
  }
}
