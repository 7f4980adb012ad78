// Owns the state of each box's post, the budget, the gate and the one timer. Decides nothing: it carries out decide.ts and files the answers.

import { createRepeatLog, type RepeatLog } from '../../core/repeat-log.ts';
import { FAILURES, PushError } from '../../core/sink.ts';
import { type Budget, fullBudget, refill, shrinkToReserve, take } from './budget.ts';
import { decide, type Start } from './decide.ts';
import { type Gate, type GateAnswer, gateAfter, OPEN_GATE, openAt } from './gate.ts';
import { contentOf } from './content.ts';
import { afterChannelOpened, afterFailure, afterRecovery, begin } from './outcome.ts';
import type { PostRecord } from '../../core/post-record.ts';
import type { BoxView, Publisher, PublisherOptions, PublisherPorts, PublisherStats } from './publisher-ports.ts';
import { send, type Settle } from './request.ts';
import { RequestLine } from './request-line.ts';
import type { SendReason } from './send-reason.ts';
import {
  type Attempt,
  adoptedPostState,
  type Instant,
  isDirty,
  isOpenPost,
  isOver,
  isOwed,
  newPostState,
  recordOf,
  type PostState,
  showIn,
  shrinkingFor,
} from './post-state.ts';
import { standingOf } from './standing.ts';

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
  /** Answers of any kind of request that were a success. */
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

  show(view: BoxView): void {
    const known = this.#statesById.get(view.boxId);
    const at = this.#instant();
    if (known === undefined) return this.#shown(newPostState(view, contentOf(view), this.#ports.newPendingId(view.boxId), at));
    const state: PostState = { ...known, shrinking: shrinkingFor(known, view, at.now) };
    const hash = contentOf(view, state);
    this.#countShow(known, hash);
    this.#shown(showIn(state, view, hash, at));
  }

  #shown(state: PostState): void {
    this.#statesById.set(state.boxId, state);
    // A box without a post is worth remembering once it owes an end.
    if (state.post.kind !== 'none' || state.view?.card.final === true) this.#save(state);
    this.#wakeAt(this.#ports.clock.monotonic());
  }

  #countShow(known: PostState, hash: string): void {
    if (hash === known.hash || hash === known.acked?.hash) this.#ports.meter.count('edits_skipped');
    if (hash !== known.hash && isDirty(known) && known.attempt === undefined) this.#ports.meter.count('edits_conflated');
  }

  adopt(record: PostRecord, view?: BoxView): void {
    const { boxId, target, owedView } = record;
    if (!this.#statesById.has(boxId)) {
      this.#statesById.set(boxId, adoptedPostState(record, this.#instant()));
      if (owedView !== undefined) this.show({ boxId, target, ...owedView });
    }
    if (view !== undefined) this.show(view);
  }

  reclaim(): void {
    const { now } = this.#instant();
    for (const state of this.#statesById.values())
      if (isOpenPost(state)) this.#put({ ...state, acked: undefined, urgentKey: undefined, isClaimed: false, dirtyAt: now });
    this.#wakeAt(now);
  }

  charge(): void {
    const { limits } = this.#options;
    this.#budget = take(refill(this.#budget, limits, this.#ports.clock.monotonic()), limits);
  }

  forget(boxId: string): void {
    const state = this.#statesById.get(boxId);
    if (state === undefined) return;
    this.#put({ ...state, forgottenAt: state.forgottenAt ?? this.#ports.clock.monotonic() });
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
    return { ...standingOf(this.#statesById.values(), now), blockedUntil };
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

  /** Views come in bursts: what is due is decided once after the burst, by the one timer. */
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
    for (const start of starts) this.#start(start, now);
    if (this.#flush !== undefined) this.#goOnFlushing(this.#flush, wakeAt, now);
    else if (wakeAt !== undefined) this.#wakeAt(wakeAt);
  }

  #goOnFlushing(flush: Flush, wakeAt: number | undefined, now: number): void {
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

  #start({ boxId, need, reason }: Start, now: number): void {
    const known = this.#statesById.get(boxId);
    if (known === undefined) return;
    const state = begin(known, need, now);
    this.#statesById.set(boxId, state);
    this.#budget = take(this.#budget, this.#options.limits);
    this.#ports.meter.count('pushes', { need, reason });
    if (need === 'create') this.#save(state);
    const running = this.#run(state, reason).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #run(begun: PostState, reason: SendReason): Promise<void> {
    const { boxId, attempt } = begun;
    if (attempt === undefined) return;
    const { log, clock } = this.#ports;
    const line = new RequestLine(log, clock, begun, attempt, reason);
    try {
      const settle = await send(this.#ports, begun, attempt, { signal: this.#abort.signal, onBody: (body) => line.carries(body) });
      this.#succeeded(boxId, settle);
      line.end('ok', this.#statesById.get(boxId));
    } catch (error) {
      const failure = pushErrorOf(error);
      this.#failed(boxId, attempt, failure);
      line.end(failure.reason, this.#statesById.get(boxId));
    }
    this.#wakeAt(this.#ports.clock.monotonic());
  }

  #succeeded(boxId: string, settle: Settle): void {
    const state = this.#statesById.get(boxId);
    if (state === undefined) return;
    this.#okCount += 1;
    this.#passGate({ kind: 'answered' });
    const settled = settle(state, this.#ports.clock.monotonic());
    if (state.attempt?.need === 'create' || state.attempt?.need === 'edit') this.#written(settled);
    this.#put(settled);
  }

  /** Something was written: its channel is open to us. Only then may the log say that a box is up to date. */
  #written(state: PostState): void {
    const { boxId, target } = state;
    this.#ports.meter.count('edits_sent');
    if (!isDirty(state)) this.#repeats.recovered(`box:${boxId}`, { box: boxId }, 'A box that could not be pushed is up to date again.');
    const now = this.#ports.clock.monotonic();
    for (const other of this.#statesById.values())
      if (other.target.channelId === target.channelId) this.#statesById.set(other.boxId, afterChannelOpened(other, now));
  }

  #failed(boxId: string, attempt: Attempt, error: PushError): void {
    const { reason, retryAfterMs } = error;
    this.#ports.meter.count('push_failures', { reason });
    if (reason === 'rate_limited') this.#budget = shrinkToReserve(this.#budget, this.#options.limits);
    this.#passGate({ kind: 'failed', reason, retryAfterMs });
    this.#logFailure(boxId, attempt, error);
    const state = this.#statesById.get(boxId);
    if (state === undefined) return;
    const { clock, random } = this.#ports;
    const context = { now: clock.monotonic(), random: random(), okCount: this.#okCount, onRootGone: this.#options.onRootGone };
    const failed = afterFailure(state, { attempt, reason, because: error.message, retryAfterMs }, context);
    this.#put(failed.view === undefined ? failed : { ...failed, hash: contentOf(failed.view, failed) });
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

  #passGate(answer: GateAnswer): void {
    const wasProbing = this.#gate.probing;
    const now = this.#ports.clock.monotonic();
    this.#gate = gateAfter(this.#gate, answer, now, this.#ports.random());
    if (answer.kind === 'answered' && openAt(this.#gate) <= now) this.#logOpenGate();
    if (!wasProbing || this.#gate.probing) return;
    for (const state of this.#statesById.values()) this.#statesById.set(state.boxId, afterRecovery(state, now));
  }

  #logOpenGate(): void {
    for (const [reason, { scope }] of Object.entries(FAILURES))
      if (scope === 'all') this.#repeats.recovered(`gate:${reason}`, { reason }, 'Mattermost takes requests again.');
  }

  #put(state: PostState): void {
    if (!isOver(state, this.#ports.clock.monotonic())) {
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

/** A sink throws `PushError` only; anything else is a defect of ours whose effect on the server is unknown. */
function pushErrorOf(error: unknown): PushError {
  return error instanceof PushError ? error : new PushError('server', `an unexpected error: ${String(error)}`, { cause: error });
}
