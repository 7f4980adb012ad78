// Holds the posts and the gate. Has what decide.ts chooses sent, and applies the outcome to the box and to all of them.

import { createRepeatLog, type RepeatLog } from '../../core/repeat-log.ts';
import type { PushError } from '../../core/sink.ts';
import { Alarm } from './alarm.ts';
import type { Claim } from './budget.ts';
import { ChannelCap } from './channel-cap.ts';
import { decide, type Situation } from './decide.ts';
import { drawn, withDrawing } from './drawing.ts';
import { logFailure, logOpenGate, logUpToDate } from './failure-log.ts';
import { Flush } from './flush.ts';
import { type Gate, type RequestOutcome, gateAfter, OPEN_GATE, openAt } from './gate.ts';
import { contentHash, UNDRAWN } from './content-hash.ts';
import { afterChannelOpened, afterFailure, afterRecovery, beginRequest, released } from './outcome.ts';
import { needOf, type Plan } from './plan.ts';
import { Posts } from './posts.ts';
import type { PostRecord } from '../../core/post-record.ts';
import type { BoxNews, BoxView, Publisher, PublisherOptions, PublisherPorts, PublisherStats } from './publisher-ports.ts';
import type { Settle } from './request.ts';
import { RunningRequests } from './running-requests.ts';
import { sendReason } from './send-reason.ts';
import {
  type Attempt,
  adoptedPostState,
  type Instant,
  isDirty,
  isOpenPost,
  isPush,
  mayBeDropped,
  isOwed,
  newPostState,
  recordOf,
  type PostState,
  withView,
  shrinkingFor,
} from './post-state.ts';
import { logLateness } from './lateness.ts';
import { publisherStats } from './publisher-stats.ts';

/** A publisher with nothing to show yet. It sends nothing before the first `show`. */
export function createPublisher(ports: PublisherPorts, options: PublisherOptions): Publisher {
  return new PostPublisher(ports, options);
}

class PostPublisher implements Publisher {
  readonly #ports: PublisherPorts;
  readonly #options: PublisherOptions;
  readonly #repeats: RepeatLog;
  readonly #posts: Posts;
  readonly #cap: ChannelCap;
  readonly #requests: RunningRequests;
  /** Views come in bursts: what is due is decided once after a burst. */
  readonly #alarm: Alarm;
  /** Successful requests of any kind. */
  #okCount = 0;
  #gate: Gate = OPEN_GATE;
  #flush: Flush | undefined;

  constructor(ports: PublisherPorts, options: PublisherOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#repeats = createRepeatLog(ports.log, ports.clock);
    this.#cap = new ChannelCap(options.channelEditsPerHour);
    this.#posts = new Posts(options, this.#cap);
    this.#alarm = new Alarm(ports.clock, () => this.#tick());
    this.#requests = new RunningRequests(ports, this.#posts, {
      succeeded: (boxId, settle) => this.#onSuccess(boxId, settle),
      failed: (boxId, attempt, error) => this.#onFailure(boxId, attempt, error),
      ended: () => this.#alarm.ringAt(ports.clock.monotonic()),
    });
  }

  show(shown: BoxView | BoxNews): void {
    const view = shown.card.final ? drawn(shown) : shown;
    const known = this.#posts.get(view.boxId);
    const at = this.#instant();
    if (known === undefined)
      return this.#update(undefined, newPostState(view, contentHash(view), this.#ports.newPendingId(view.boxId), at));
    const state: PostState = { ...known, shrinking: shrinkingFor(known, view, at.now) };
    const hash = contentHash(view, state);
    this.#countShow(known, hash);
    this.#update(known, withView(state, view, hash, at));
  }

  #update(before: PostState | undefined, state: PostState): void {
    const isEnd = state.view?.card.final === true;
    const wasOpen = before?.view?.card.final === false;
    // Progress is not saved. A box without a post is saved once it owes an end.
    if (isEnd || (state.post.kind !== 'none' && !wasOpen)) this.#save(state);
    const readyAt = this.#posts.set(state);
    if (readyAt !== undefined) this.#alarm.ringAt(Math.max(readyAt, this.#ports.clock.monotonic()));
  }

  #countShow(known: PostState, hash: string): void {
    const isNews = hash === UNDRAWN || (hash !== known.hash && hash !== known.acked?.hash);
    if (!isNews) this.#ports.meter.count('edits_skipped');
    if ((isNews || hash !== known.hash) && isDirty(known) && known.attempt === undefined) this.#ports.meter.count('edits_conflated');
  }

  adopt(record: PostRecord): void {
    const { boxId, target, owedView } = record;
    if (this.#posts.get(boxId) !== undefined) return;
    this.#posts.set(adoptedPostState(record, this.#instant()));
    if (owedView !== undefined) this.show({ boxId, target, ...owedView });
  }

  reclaim(): void {
    const { now } = this.#instant();
    for (const state of this.#posts.values())
      if (isOpenPost(state)) this.#keepOrDrop({ ...state, acked: undefined, urgentKey: undefined, isClaimed: false, dirtyAt: now });
    this.#alarm.ringAt(now);
  }

  release(postId: string): void {
    const state = [...this.#posts.values()].find(({ post }) => post.kind === 'posted' && post.postId === postId);
    if (state === undefined) return;
    this.#ports.posts.drop(state.boxId);
    this.#keepOrDrop(released(state, this.#ports.clock.monotonic()));
    this.#alarm.ringAt(this.#ports.clock.monotonic());
  }

  forget(boxId: string): void {
    const state = this.#posts.get(boxId);
    if (state === undefined) return;
    this.#keepOrDrop({ ...state, forgottenAt: state.forgottenAt ?? this.#ports.clock.monotonic() });
  }

  flush(deadlineMs: number): Promise<{ owed: string[] }> {
    if (this.#flush !== undefined) return this.#flush.result;
    const now = this.#ports.clock.monotonic();
    this.#flush = new Flush(now + deadlineMs);
    this.#posts.setFlushing(true);
    this.#alarm.ringAt(now);
    return this.#flush.result;
  }

  stats(): PublisherStats {
    const { budget } = this.#ports;
    return publisherStats({ posts: this.#posts, cap: this.#cap, gate: this.#gate, budget, rules: this.#options }, this.#instant());
  }

  async stop(): Promise<void> {
    this.#alarm.stop();
    await this.#requests.stop();
  }

  #instant(): Instant {
    return { wall: this.#ports.clock.now(), now: this.#ports.clock.monotonic() };
  }

  #tick(): void {
    const now = this.#ports.clock.monotonic();
    const begun: (() => void)[] = [];
    let wakeAt: number | undefined;
    try {
      this.#ports.posts.together(() => void (wakeAt = this.#beginAll(begun, now)));
    } finally {
      for (const sendIt of begun) sendIt();
    }
    this.#waitUntil(wakeAt, now);
  }

  /** Begins what is due and returns when to look again. Nothing is sent yet: its intents are to be safe first. */
  #beginAll(begun: (() => void)[], now: number): number | undefined {
    for (;;) {
      const decision = decide(this.#situation(now), now);
      if (decision.kind === 'wait') return decision.wakeAt;
      const next = this.#begin(decision.plan, decision.claim, now);
      if (next === undefined) return now;
      begun.push(next);
    }
  }

  #situation(now: number): Situation {
    const { schedule, inFlight } = this.#posts;
    const { budget } = this.#ports;
    const flushing = this.#flush !== undefined;
    return { schedule, inFlight, budget: budget.at(now), limits: budget.limits(), gate: this.#gate, flushing };
  }

  #waitUntil(wakeAt: number | undefined, now: number): void {
    const flush = this.#flush;
    const nextAt = flush === undefined ? wakeAt : flush.nextAt(wakeAt, this.#requests.isIdle, now);
    if (nextAt !== undefined) this.#alarm.ringAt(nextAt);
    else if (flush !== undefined) this.#endFlush(flush);
  }

  #endFlush(flush: Flush): void {
    const owed = [...this.#posts.values()].filter(isOwed);
    for (const state of owed) this.#save(state);
    this.#flush = undefined;
    this.#posts.setFlushing(false);
    flush.end(owed.map((state) => state.boxId));
    this.#alarm.ringAt(this.#ports.clock.monotonic());
  }

  /** Draws what is sent. What then turns out to be shown already is skipped. */
  #begin(plan: Plan, claim: Claim, now: number): (() => void) | undefined {
    const known = this.#posts.get(plan.boxId);
    const need = known === undefined ? undefined : needOf(known, now);
    if (known === undefined || need === undefined) return undefined;
    const reason = sendReason(known, need);
    const writes = need === 'create' || need === 'edit';
    const ready = writes ? withDrawing(known) : known;
    if (writes && !isDirty(ready)) {
      this.#ports.meter.count('edits_skipped');
      this.#keepOrDrop(ready);
      return undefined;
    }
    this.#logLateness(plan, now);
    const state = beginRequest(ready, need, now, this.#distanceFor(plan, now));
    this.#posts.set(state);
    this.#ports.budget.take(claim, now);
    this.#ports.meter.count('pushes', { need, reason });
    if (need === 'create') this.#save(state);
    return () => this.#requests.start(state, reason);
  }

  /** Where the channel keeps ordinary edits apart, how far apart those of this box are by now. */
  #distanceFor({ countsIn }: Plan, now: number): number {
    if (countsIn === undefined) return 0;
    return this.#cap.count(countsIn, this.#posts.schedule.waitingIn(countsIn), now);
  }

  /** Waiting for the server is not waiting for the budget. */
  #logLateness({ lane, readyAt }: Plan, now: number): void {
    if (this.#flush !== undefined || lane === 'end' || lane === 'urgent') return;
    const oldestAt = Math.min(readyAt, this.#posts.schedule.oldestReadyAt(now));
    logLateness(this.#repeats, now - Math.max(oldestAt, openAt(this.#gate)), this.#ports.budget.limits().perSecond);
  }

  #onSuccess(boxId: string, settle: Settle): void {
    const state = this.#posts.get(boxId);
    if (state === undefined) return;
    this.#okCount += 1;
    this.#updateGate({ kind: 'answered' });
    const settled = settle(state, this.#ports.clock.monotonic());
    if (isPush(state.attempt)) this.#onWritten(settled);
    this.#keepOrDrop(settled);
  }

  /** Something was written, so its channel is open to us. Only then may the log say that a box is up to date. */
  #onWritten(state: PostState): void {
    const { boxId, target } = state;
    this.#ports.meter.count('edits_sent');
    if (!isDirty(state)) logUpToDate(this.#repeats, boxId);
    const now = this.#ports.clock.monotonic();
    for (const other of this.#posts.shutOutOf(target.channelId)) this.#posts.set(afterChannelOpened(other, now));
  }

  #onFailure(boxId: string, attempt: Attempt, error: PushError): void {
    const { reason, retryAfterMs } = error;
    this.#ports.meter.count('push_failures', { reason });
    if (reason === 'rate_limited') this.#ports.budget.shrink(this.#ports.clock.monotonic());
    this.#updateGate({ kind: 'failed', reason, retryAfterMs });
    const now = this.#ports.clock.monotonic();
    logFailure(this.#repeats, { boxId, need: attempt.need }, error, Math.max(0, openAt(this.#gate) - now));
    const state = this.#posts.get(boxId);
    if (state === undefined) return;
    const context = { now, random: this.#ports.random(), okCount: this.#okCount, onRootGone: this.#options.onRootGone };
    const failed = afterFailure(state, { attempt, reason, because: error.message, retryAfterMs }, context);
    this.#keepOrDrop(failed.view === undefined ? failed : { ...failed, hash: contentHash(failed.view, failed) });
  }

  #updateGate(outcome: RequestOutcome): void {
    const wasProbing = this.#gate.probing;
    const now = this.#ports.clock.monotonic();
    this.#gate = gateAfter(this.#gate, outcome, now, this.#ports.random());
    if (outcome.kind === 'answered' && openAt(this.#gate) <= now) logOpenGate(this.#repeats);
    if (!wasProbing || this.#gate.probing) return;
    for (const state of this.#posts.values()) this.#posts.set(afterRecovery(state, now));
  }

  #keepOrDrop(state: PostState): void {
    if (!mayBeDropped(state, this.#ports.clock.monotonic())) {
      this.#posts.set(state);
      if (state.post.kind !== 'none' || state.replaces !== undefined) this.#save(state);
      return;
    }
    this.#posts.delete(state.boxId);
    this.#ports.posts.drop(state.boxId);
  }

  #save(state: PostState): void {
    this.#ports.posts.save(recordOf(state));
  }
}
