// Holds the state of each box's post, the budget, the gate and the one timer. Sends what decide.ts chooses and applies the outcome.

import { createRepeatLog, type RepeatLog } from '../../core/repeat-log.ts';
import { FAILURES, PushError } from '../../core/sink.ts';
import { type Budget, fullBudget, refill, shrinkToReserve, take } from './budget.ts';
import { decide, type Start } from './decide.ts';
import { drawn, withDrawing } from './drawing.ts';
import { type Gate, type RequestOutcome, gateAfter, OPEN_GATE, openAt } from './gate.ts';
import { contentHash, UNDRAWN } from './content-hash.ts';
import { afterChannelOpened, afterFailure, afterRecovery, beginRequest } from './outcome.ts';
import type { PostRecord } from '../../core/post-record.ts';
import type { BoxNews, BoxView, Publisher, PublisherOptions, PublisherPorts, PublisherStats } from './publisher-ports.ts';
import { send, type Settle } from './request.ts';
import { RequestLog } from './request-log.ts';
import type { SendReason } from './send-reason.ts';
import {
  type Attempt,
  adoptedPostState,
  type Instant,
  isDirty,
  isOpenPost,
  isPush,
  isSooner,
  mayBeDropped,
  isOwed,
  newPostState,
  recordOf,
  type PostState,
  withView,
  shrinkingFor,
} from './post-state.ts';
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
  readonly #statesById = new Map<string, PostState>();
  readonly #running = new Set<Promise<void>>();
  readonly #abort = new AbortController();
  /** Successful requests of any kind. */
  #okCount = 0;
  #budget: Budget;
  #gate: Gate = OPEN_GATE;
  #flush: Flush | undefined;
  #timer: { at: number; cancel: () => void } | undefined;

  constructor(ports: PublisherPorts, options: PublisherOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#repeats = createRepeatLog(ports.log, ports.clock);
    this.#budget = fullBudget(options.limits, ports.clock.monotonic());
  }

  show(shown: BoxView | BoxNews): void {
    const view = shown.card.final ? drawn(shown) : shown;
    const known = this.#statesById.get(view.boxId);
    const at = this.#instant();
    if (known === undefined)
      return this.#update(undefined, newPostState(view, contentHash(view), this.#ports.newPendingId(view.boxId), at));
    const state: PostState = { ...known, shrinking: shrinkingFor(known, view, at.now) };
    const hash = contentHash(view, state);
    this.#countShow(known, hash);
    this.#update(known, withView(state, view, hash, at));
  }

  #update(before: PostState | undefined, state: PostState): void {
    this.#statesById.set(state.boxId, state);
    const isEnd = state.view?.card.final === true;
    const wasOpen = before?.view?.card.final === false;
    // Progress is not saved. A box without a post is saved once it owes an end.
    if (isEnd || (state.post.kind !== 'none' && !wasOpen)) this.#save(state);
    if (isSooner(before, state)) this.#wakeAt(this.#ports.clock.monotonic());
  }

  #countShow(known: PostState, hash: string): void {
    const isNews = hash === UNDRAWN || (hash !== known.hash && hash !== known.acked?.hash);
    if (!isNews) this.#ports.meter.count('edits_skipped');
    if ((isNews || hash !== known.hash) && isDirty(known) && known.attempt === undefined) this.#ports.meter.count('edits_conflated');
  }

  adopt(record: PostRecord): void {
    const { boxId, target, owedView } = record;
    if (this.#statesById.has(boxId)) return;
    this.#statesById.set(boxId, adoptedPostState(record, this.#instant()));
    if (owedView !== undefined) this.show({ boxId, target, ...owedView });
  }

  reclaim(): void {
    const { now } = this.#instant();
    for (const state of this.#statesById.values())
      if (isOpenPost(state)) this.#keepOrDrop({ ...state, acked: undefined, urgentKey: undefined, isClaimed: false, dirtyAt: now });
    this.#wakeAt(now);
  }

  charge(): void {
    const { limits } = this.#options;
    this.#budget = take(refill(this.#budget, limits, this.#ports.clock.monotonic()), limits);
  }

  forget(boxId: string): void {
    const state = this.#statesById.get(boxId);
    if (state === undefined) return;
    this.#keepOrDrop({ ...state, forgottenAt: state.forgottenAt ?? this.#ports.clock.monotonic() });
  }

  flush(deadlineMs: number): Promise<{ owed: string[] }> {
    if (this.#flush !== undefined) return this.#flush.result;
    const { promise, resolve } = Promise.withResolvers<{ owed: string[] }>();
    const now = this.#ports.clock.monotonic();
    this.#flush = { deadlineAt: now + deadlineMs, resolve, result: promise };
    this.#wakeAt(now);
    return promise;
  }

  stats(): PublisherStats {
    const { wall, now } = this.#instant();
    const { blockedUntilAt } = this.#gate;
    const blockedUntil = blockedUntilAt > now ? wall + (blockedUntilAt - now) : undefined;
    return { ...publisherStats(this.#statesById.values(), now), blockedUntil };
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
    const situation = { statesById: this.#statesById, budget: this.#budget, gate: this.#gate, flushing: this.#flush !== undefined };
    const { starts, wakeAt } = decide(situation, this.#options, now);
    this.#budget = refill(this.#budget, this.#options.limits, now);
    const isRoomLeft = starts.map((start) => this.#start(start, now)).includes('skipped');
    const nextAt = isRoomLeft ? now : wakeAt;
    if (this.#flush !== undefined) this.#continueFlush(this.#flush, nextAt, now);
    else if (nextAt !== undefined) this.#wakeAt(nextAt);
  }

  #continueFlush(flush: Flush, wakeAt: number | undefined, now: number): void {
    const isLast = wakeAt === undefined || wakeAt > flush.deadlineAt;
    if (now >= flush.deadlineAt || (isLast && this.#running.size === 0)) return this.#endFlush(flush);
    this.#wakeAt(isLast ? flush.deadlineAt : wakeAt);
  }

  #endFlush(flush: Flush): void {
    const owed = [...this.#statesById.values()].filter(isOwed);
    for (const state of owed) this.#save(state);
    this.#flush = undefined;
    flush.resolve({ owed: owed.map((state) => state.boxId) });
    this.#wakeAt(this.#ports.clock.monotonic());
  }

  /** Draws what is sent. What then turns out to be shown already is skipped. */
  #start({ boxId, need, reason }: Start, now: number): 'started' | 'skipped' {
    const known = this.#statesById.get(boxId);
    if (known === undefined) return 'skipped';
    const writes = need === 'create' || need === 'edit';
    const ready = writes ? withDrawing(known) : known;
    if (writes && !isDirty(ready)) {
      this.#ports.meter.count('edits_skipped');
      this.#keepOrDrop(ready);
      return 'skipped';
    }
    const state = beginRequest(ready, need, now);
    this.#statesById.set(boxId, state);
    this.#budget = take(this.#budget, this.#options.limits);
    this.#ports.meter.count('pushes', { need, reason });
    if (need === 'create') this.#save(state);
    const running = this.#run(state, reason).finally(() => this.#running.delete(running));
    this.#running.add(running);
    return 'started';
  }

  async #run(begun: PostState, reason: SendReason): Promise<void> {
    const { boxId, attempt } = begun;
    if (attempt === undefined) return;
    const { log, clock } = this.#ports;
    const requestLog = new RequestLog(log, clock, begun, attempt, reason);
    try {
      const settle = await send(this.#ports, begun, attempt, { signal: this.#abort.signal, onBody: (body) => requestLog.setBody(body) });
      this.#onSuccess(boxId, settle);
      requestLog.end('ok', this.#statesById.get(boxId));
    } catch (error) {
      const failure = pushErrorOf(error);
      this.#onFailure(boxId, attempt, failure);
      requestLog.end(failure.reason, this.#statesById.get(boxId));
    }
    this.#wakeAt(this.#ports.clock.monotonic());
  }

  #onSuccess(boxId: string, settle: Settle): void {
    const state = this.#statesById.get(boxId);
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
    for (const other of this.#statesById.values())
      if (other.target.channelId === target.channelId) this.#statesById.set(other.boxId, afterChannelOpened(other, now));
  }

  #onFailure(boxId: string, attempt: Attempt, error: PushError): void {
    const { reason, retryAfterMs } = error;
    this.#ports.meter.count('push_failures', { reason });
    if (reason === 'rate_limited') this.#budget = shrinkToReserve(this.#budget, this.#options.limits);
    this.#updateGate({ kind: 'failed', reason, retryAfterMs });
    this.#logFailure(boxId, attempt, error);
    const state = this.#statesById.get(boxId);
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
    for (const state of this.#statesById.values()) this.#statesById.set(state.boxId, afterRecovery(state, now));
  }

  #logOpenGate(): void {
    for (const [reason, { scope }] of Object.entries(FAILURES))
      if (scope === 'all') this.#repeats.recovered(`gate:${reason}`, { reason }, 'Mattermost takes requests again.');
  }

  #keepOrDrop(state: PostState): void {
    if (!mayBeDropped(state, this.#ports.clock.monotonic())) {
      this.#statesById.set(state.boxId, state);
      if (state.post.kind !== 'none' || state.replaces !== undefined) this.#save(state);
      return;
    }
    this.#statesById.delete(state.boxId);
    this.#ports.posts.drop(state.boxId);
  }

  #save(state: PostState): void {
    this.#ports.posts.save(recordOf(state));
  }
}

/** A sink throws only `PushError`. Anything else is a defect of ours whose effect on the server is unknown. */
function pushErrorOf(error: unknown): PushError {
  return error instanceof PushError ? error : new PushError('server', `an unexpected error: ${String(error)}`, { cause: error });
}
