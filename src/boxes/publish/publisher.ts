// Holds the state of each box's post, the budget, the gate and the one timer. Sends what decide.ts chooses and applies the outcome.

import { createRepeatLog, type RepeatLog } from '../../core/repeat-log.ts';
import { FAILURES, type PushError } from '../../core/sink.ts';
import type { Claim } from './budget.ts';
import { ChannelCap } from './channel-cap.ts';
import { decide, type Situation } from './decide.ts';
import { drawn, withDrawing } from './drawing.ts';
import { type Gate, type RequestOutcome, gateAfter, OPEN_GATE, openAt } from './gate.ts';
import { contentHash, UNDRAWN } from './content-hash.ts';
import { afterChannelOpened, afterFailure, afterRecovery, beginRequest } from './outcome.ts';
import { needOf, type Plan } from './plan.ts';
import { Posts } from './posts.ts';
import type { PostRecord } from '../../core/post-record.ts';
import type { BoxNews, BoxView, Publisher, PublisherOptions, PublisherPorts, PublisherStats } from './publisher-ports.ts';
import { pushErrorOf, send, type Settle } from './request.ts';
import { RequestLog } from './request-log.ts';
import { sendReason, type SendReason } from './send-reason.ts';
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

interface Flush {
  deadlineAt: number;
  resolve: (result: { owed: string[] }) => void;
  result: Promise<{ owed: string[] }>;
}

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
  readonly #running = new Set<Promise<void>>();
  readonly #abort = new AbortController();
  /** Successful requests of any kind. */
  #okCount = 0;
  #gate: Gate = OPEN_GATE;
  #flush: Flush | undefined;
  #timer: { at: number; cancel: () => void } | undefined;

  constructor(ports: PublisherPorts, options: PublisherOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#repeats = createRepeatLog(ports.log, ports.clock);
    this.#cap = new ChannelCap(options.channelEditsPerHour);
    this.#posts = new Posts(options, this.#cap);
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
    if (readyAt !== undefined) this.#wakeAt(Math.max(readyAt, this.#ports.clock.monotonic()));
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
    this.#wakeAt(now);
  }

  forget(boxId: string): void {
    const state = this.#posts.get(boxId);
    if (state === undefined) return;
    this.#keepOrDrop({ ...state, forgottenAt: state.forgottenAt ?? this.#ports.clock.monotonic() });
  }

  flush(deadlineMs: number): Promise<{ owed: string[] }> {
    if (this.#flush !== undefined) return this.#flush.result;
    const { promise, resolve } = Promise.withResolvers<{ owed: string[] }>();
    const now = this.#ports.clock.monotonic();
    this.#flush = { deadlineAt: now + deadlineMs, resolve, result: promise };
    this.#posts.setFlushing(true);
    this.#wakeAt(now);
    return promise;
  }

  stats(): PublisherStats {
    const { budget } = this.#ports;
    const { wall, now } = this.#instant();
    const { blockedUntilAt } = this.#gate;
    const blockedUntil = blockedUntilAt > now ? wall + (blockedUntilAt - now) : undefined;
    const late = { openedAt: openAt(this.#gate), isHeld: (channelId: string) => this.#cap.openAt(channelId) > now };
    return {
      ...publisherStats(this.#posts.values(), this.#options, now, late),
      blockedUntil,
      perSecond: budget.limits().perSecond,
      isBudgetSpent: budget.tokenAt('spare', now) > now,
      slowChannels: this.#cap.slow(now),
    };
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    this.#timer?.cancel();
    this.#timer = undefined;
    await Promise.allSettled(this.#running);
  }

  #instant(): Instant {
    return { wall: this.#ports.clock.now(), now: this.#ports.clock.monotonic() };
  }

  /** Views come in bursts. The one timer decides once after a burst what is due. */
  #wakeAt(at: number): void {
    if (this.#abort.signal.aborted || (this.#timer !== undefined && this.#timer.at <= at)) return;
    this.#timer?.cancel();
    const cancel = this.#ports.clock.after(Math.max(0, at - this.#ports.clock.monotonic()), () => {
      this.#timer = undefined;
      this.#tick();
    });
    this.#timer = { at, cancel };
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

  #send(state: PostState, reason: SendReason): void {
    const running = this.#run(state, reason).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  #situation(now: number): Situation {
    const { schedule, inFlight } = this.#posts;
    const { budget } = this.#ports;
    const flushing = this.#flush !== undefined;
    return { schedule, inFlight, budget: budget.at(now), limits: budget.limits(), gate: this.#gate, flushing };
  }

  #waitUntil(wakeAt: number | undefined, now: number): void {
    if (this.#flush !== undefined) this.#continueFlush(this.#flush, wakeAt, now);
    else if (wakeAt !== undefined) this.#wakeAt(wakeAt);
  }

  #continueFlush(flush: Flush, wakeAt: number | undefined, now: number): void {
    const isLast = wakeAt === undefined || wakeAt > flush.deadlineAt;
    if (now >= flush.deadlineAt || (isLast && this.#running.size === 0)) return this.#endFlush(flush);
    this.#wakeAt(isLast ? flush.deadlineAt : wakeAt);
  }

  #endFlush(flush: Flush): void {
    const owed = [...this.#posts.values()].filter(isOwed);
    for (const state of owed) this.#save(state);
    this.#flush = undefined;
    this.#posts.setFlushing(false);
    flush.resolve({ owed: owed.map((state) => state.boxId) });
    this.#wakeAt(this.#ports.clock.monotonic());
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
    return () => this.#send(state, reason);
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

  async #run(begun: PostState, reason: SendReason): Promise<void> {
    const { boxId, attempt } = begun;
    if (attempt === undefined) return;
    const { log, clock } = this.#ports;
    const requestLog = new RequestLog(log, clock, begun, attempt, reason);
    try {
      const settle = await send(this.#ports, begun, attempt, { signal: this.#abort.signal, onBody: (body) => requestLog.setBody(body) });
      this.#onSuccess(boxId, settle);
      requestLog.end('ok', this.#posts.get(boxId));
    } catch (error) {
      const failure = pushErrorOf(error);
      this.#onFailure(boxId, attempt, failure);
      requestLog.end(failure.reason, this.#posts.get(boxId));
    }
    this.#wakeAt(this.#ports.clock.monotonic());
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
    if (!isDirty(state)) this.#repeats.recovered(`box:${boxId}`, { box: boxId }, 'A box that could not be pushed is up to date again.');
    const now = this.#ports.clock.monotonic();
    for (const other of this.#posts.shutOutOf(target.channelId)) this.#posts.set(afterChannelOpened(other, now));
  }

  #onFailure(boxId: string, attempt: Attempt, error: PushError): void {
    const { reason, retryAfterMs } = error;
    this.#ports.meter.count('push_failures', { reason });
    if (reason === 'rate_limited') this.#ports.budget.shrink(this.#ports.clock.monotonic());
    this.#updateGate({ kind: 'failed', reason, retryAfterMs });
    this.#logFailure(boxId, attempt, error);
    const state = this.#posts.get(boxId);
    if (state === undefined) return;
    const { clock, random } = this.#ports;
    const context = { now: clock.monotonic(), random: random(), okCount: this.#okCount, onRootGone: this.#options.onRootGone };
    const failed = afterFailure(state, { attempt, reason, because: error.message, retryAfterMs }, context);
    this.#keepOrDrop(failed.view === undefined ? failed : { ...failed, hash: contentHash(failed.view, failed) });
  }

  #logFailure(boxId: string, { need }: Attempt, error: PushError): void {
    const { reason } = error;
    if (FAILURES[reason].scope === 'all') {
      const waitMs = Math.max(0, openAt(this.#gate) - this.#ports.clock.monotonic());
      this.#repeats.failed(
        `gate:${reason}`,
        { reason, waitMs },
        'Mattermost takes no requests at the moment; the newest state of every box waits.',
      );
      return;
    }
    this.#repeats.failed(`box:${boxId}`, { box: boxId, need, reason, detail: error.message }, 'A box could not be pushed.');
  }

  #updateGate(outcome: RequestOutcome): void {
    const wasProbing = this.#gate.probing;
    const now = this.#ports.clock.monotonic();
    this.#gate = gateAfter(this.#gate, outcome, now, this.#ports.random());
    if (outcome.kind === 'answered' && openAt(this.#gate) <= now) this.#logOpenGate();
    if (!wasProbing || this.#gate.probing) return;
    for (const state of this.#posts.values()) this.#posts.set(afterRecovery(state, now));
  }

  #logOpenGate(): void {
    for (const [reason, { scope }] of Object.entries(FAILURES))
      if (scope === 'all') this.#repeats.recovered(`gate:${reason}`, { reason }, 'Mattermost takes requests again.');
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
