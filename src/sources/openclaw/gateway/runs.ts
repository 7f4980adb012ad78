// Keeps the open runs of every session, and emits when they begin, go on, fail and end. The order follows the runs and what is known
// here, never the arrival of rows. It has no frames and no text.

import type { RunOutcome } from '../../../core/event.ts';
import type { EventBody } from '../decoding/decoded-event.ts';
import { setBounded } from '../../../core/bounded-map.ts';
import { actualOutcome, isNewEnd, isWaitingToRetry, newRun, reopen, type Run, type Sign, type UnseenEnd } from './run.ts';
import type { TurnStart } from './turn-start.ts';
import { type GatewaySession, internalTrigger, newSession, takeTurnStart } from './gateway-session.ts';

export interface RunsPorts {
  emit(rawKey: string, at: number, event: EventBody): void;
  /** By our clock, in milliseconds. */
  now(): number;
  /** Calls `run` once after `delayMs`. */
  after(delayMs: number, run: () => void): void;
  /** Name of a scheduled job, as far as it is known. */
  jobName(jobId: string): string | undefined;
  /** A run of the session will try again, but no frame said when. */
  askRetry(rawKey: string): void;
  askRow(rawKey: string): void; // it may say what no event does
}

const MAX_RUNS = 3_000;
const MAX_SESSIONS = 3_000;
const EMIT_AGAIN_MS = 5_000; // for a run that thinks or streams we emit a sign at most this often
const HELD_MS = 60_000;
const STOPPING_MS = 10_000; // a gateway cuts off its runs before it says that it stops
const ABORTED_END_MS = 2_000; // a gateway that sends the end of a stopped run does so within a second
const FAILED_END_MS = 300; // a run that gives up ends 75 ms after its last failure; one that tries again is silent for at least a second

export class Runs {
  readonly #ports: RunsPorts;
  readonly #runsById = new Map<string, Run>();
  readonly #sessionsByKey = new Map<string, GatewaySession>();
  #isStopping = false;

  constructor(ports: RunsPorts) {
    this.#ports = ports;
  }

  run(runId: string | undefined): Run | undefined {
    return runId === undefined ? undefined : this.#runsById.get(runId);
  }

  session(rawKey: string): GatewaySession {
    const known = this.#sessionsByKey.get(rawKey);
    const session = known ?? newSession(rawKey);
    if (known === undefined) setBounded(this.#sessionsByKey, rawKey, session, MAX_SESSIONS);
    return session;
  }

  /** The open runs of all sessions, oldest first. */
  openRuns(): Run[] {
    return [...this.#sessionsByKey.values()].flatMap((session) => this.openRunsOf(session.rawKey));
  }

  openRunsOf(rawKey: string): Run[] {
    return [...this.session(rawKey).openRuns].flatMap((runId) => this.#runsById.get(runId) ?? []);
  }

  /** The sessions with an open run or with a turn that is about to have one. */
  liveKeys(): string[] {
    return [...this.#sessionsByKey.values()].filter(({ hasBegun, openRuns }) => hasBegun || openRuns.size > 0).map(({ rawKey }) => rawKey);
  }

  /** Whether a frame of a run is older than the newest one. Streams share equal numbers. */
  isOld(runId: string, seq: number | undefined): boolean {
    const run = this.#runsById.get(runId);
    if (run === undefined || seq === undefined) return false;
    if (seq < run.lastSeq) return true;
    run.lastSeq = seq;
    return false;
  }

  /** A message, a job or the gateway itself started a turn. */
  begin(rawKey: string, at: number, event: TurnStart): void {
    const session = this.session(rawKey);
    const isOwnMessage = event.runId !== undefined && session.openRuns.has(event.runId);
    const continues = event.trigger.kind === 'announce' || event.trigger.kind === 'recovery';
    if (session.openRuns.size > 0 && !session.isTriggerUnknown && !isOwnMessage && !continues) {
      session.held = { event, at };
      return;
    }
    // Some versions send the message only after its run has begun.
    const begunAt = session.isTriggerUnknown || isOwnMessage ? Math.max(at, ...this.openRunsOf(rawKey).map((run) => run.startedAt)) : at;
    this.#emitTurnStart(session, begunAt, event);
  }

  /** The first sign of a run, or of another attempt of it. */
  started(rawKey: string, runId: string, at: number, isHeartbeat: boolean): Run {
    const known = this.#runsById.get(runId);
    if (known !== undefined && known.phase !== 'ended') return this.#startedAgain(known, at);
    const session = this.session(rawKey);
    for (const { runId: otherId, impliedEnd } of this.openRunsOf(rawKey))
      this.ended(otherId, impliedEnd?.outcome ?? 'lost', impliedEnd?.at ?? at);
    this.#beginTurnFor(session, runId, at, isHeartbeat);
    const run = newRun(rawKey, runId, at, this.#ports.now());
    setBounded(this.#runsById, runId, run, MAX_RUNS);
    session.openRuns.add(runId);
    this.#ports.emit(rawKey, at, { type: 'run_started', runId });
    return run;
  }

  /** Another attempt. We emit it only when it does something, because it may fail at once like the one before. */
  #startedAgain(run: Run, at: number): Run {
    if (run.attempt > 0) {
      run.retriedAt = at;
      run.isTrying = true;
    }
    reopen(run);
    return run;
  }

  /**
   * A sign of the run: `alive`, a piece of `text`, or `work`, which is more than the rest of a text and shows that an answered run goes
   * on. Undefined when the run has ended.
   */
  active(rawKey: string, runId: string, at: number, sign: Sign): Run | undefined {
    const run = this.#runsById.get(runId) ?? this.started(rawKey, runId, at, false);
    if (run.phase === 'ended' && !this.#reopenLost(run, at)) return undefined;
    run.seenAt = this.#ports.now();
    const resumes = isWaitingToRetry(run) ? sign === 'work' : run.isTrying === true && sign !== 'alive';
    if (!resumes && (isWaitingToRetry(run) || run.isTrying === true)) return run;
    const goesOn = resumes || (run.phase === 'answered' && sign === 'work');
    if (goesOn) reopen(run);
    if (resumes) run.retriedAt ??= at;
    delete run.isTrying;
    if (goesOn || (run.phase === 'open' && at - run.emittedAt >= EMIT_AGAIN_MS)) {
      run.emittedAt = at;
      this.#ports.emit(rawKey, at, { type: 'run_started', runId });
    }
    return run;
  }

  /** A model call failed. The run will try again, unless it ends at once. */
  failed(run: Run, at: number, reason: string): void {
    run.attempt += 1;
    run.reason = reason;
    reopen(run);
    delete run.retriedAt;
    delete run.isTrying;
    delete run.nextAt;
    const { attempt } = run;
    this.#ports.after(FAILED_END_MS, () => {
      if (!isWaitingToRetry(run) || run.attempt !== attempt || run.nextAt !== undefined) return;
      this.#ports.emit(run.rawKey, at, { type: 'retry_scheduled', attempt, reason, runId: run.runId });
      this.#ports.askRetry(run.rawKey);
    });
  }

  /** The gateway says when it tries again. `reason` is used when the failure itself was not seen. */
  retryPlanned(run: Run, at: number, nextAt: number, reason: string): void {
    if (run.attempt > 0 && !isWaitingToRetry(run)) return;
    run.attempt = Math.max(1, run.attempt);
    run.reason ??= reason;
    run.nextAt = nextAt;
    const { attempt, runId } = run;
    this.#ports.emit(run.rawKey, at, { type: 'retry_scheduled', attempt, reason: run.reason, nextAt, runId });
  }

  /** The run is over. The first report counts, unless it was a guess. */
  ended(runId: string, reported: RunOutcome, at: number, reason?: string): void {
    const run = this.#runsById.get(runId);
    if (run === undefined || !isNewEnd(run, reported)) return;
    const outcome = actualOutcome(run, reported);
    if (run.phase !== 'ended') this.#close(run);
    run.end = { outcome, isGuess: outcome !== reported };
    this.#ports.emit(run.rawKey, at, { type: 'run_ended', outcome, runId, ...(reason === undefined ? {} : { reason }) });
  }

  /** The last message of a run says that it was aborted. If its row says so, too, no other report may ever come (2026.4). */
  awaitAbortedEnd(run: Run): void {
    const { impliedEnd } = run;
    this.#ports.after(ABORTED_END_MS, () => {
      if (run.impliedEnd !== impliedEnd || run.phase === 'ended') return;
      if (run.isStopped === true) this.ended(run.runId, 'aborted', impliedEnd?.at ?? run.emittedAt);
      else this.#ports.askRow(run.rawKey);
    });
  }

  /** A restart cut the run off: a person restarted its session (`/new`), unless the gateway says that it stops itself. */
  cutForRestart(runId: string, at: number): void {
    const run = this.#runsById.get(runId);
    this.ended(runId, this.#isStopping ? 'lost' : 'aborted', at);
    if (run !== undefined) run.restartedAt = this.#ports.now();
  }

  /** The gateway stops. Nobody stopped the runs that it cut off for that, and the next gateway may continue them. */
  gatewayStops(): void {
    this.#isStopping = true;
    const now = this.#ports.now();
    for (const run of this.#runsById.values()) {
      if (run.end?.outcome !== 'aborted' || run.restartedAt === undefined || now - run.restartedAt > STOPPING_MS) continue;
      run.end = { outcome: 'lost', isGuess: false };
      this.#ports.emit(run.rawKey, now, { type: 'run_ended', outcome: 'lost', runId: run.runId, takesBack: true });
    }
  }

  gatewayConnected(): void {
    this.#isStopping = false;
  }

  #close(run: Run): void {
    run.phase = 'ended';
    run.commandsByCall.clear();
    run.argsByCall.clear();
    run.approvalsByCall.clear();
    delete run.preamble;
    const session = this.session(run.rawKey);
    session.openRuns.delete(run.runId);
    session.hasBegun = false;
    session.isTriggerUnknown = false;
  }

  /** Opens a lost run again that is at work after all, unless another one has taken its place. */
  #reopenLost(run: Run, at: number): boolean {
    const session = this.session(run.rawKey);
    if (run.end?.outcome !== 'lost' || session.hasBegun || session.openRuns.size > 0) return false;
    reopen(run);
    delete run.end;
    session.openRuns.add(run.runId);
    session.hasBegun = true;
    run.emittedAt = at;
    this.#ports.emit(run.rawKey, at, { type: 'run_started', runId: run.runId });
    return true;
  }

  /** A row says whether the newest run of its session was stopped. Only a change while a run is at work is about that run. */
  setStoppedByRow(rawKey: string, isStopped: boolean, rowAt: number): void {
    const session = this.session(rawKey);
    const isChange = isStopped && session.isStoppedByRow !== true;
    session.isStoppedByRow = isStopped;
    if (!isChange) return;
    for (const run of this.openRunsOf(rawKey).filter(({ startedAt }) => rowAt > startedAt)) {
      run.isStopped = true;
      if (run.impliedEnd?.outcome === 'aborted') this.awaitAbortedEnd(run);
    }
  }

  /**
   * The end of a run whose beginning we did not see. It matters to a turn that waits for its run. A failed run always gets a box, because
   * somebody waits for it; only if we never saw its session do we emit nothing.
   */
  endedUnseen(rawKey: string, end: UnseenEnd): void {
    const session = this.session(rawKey);
    const { runId, outcome, at, startedAt, reason } = end;
    const isAwaited = session.hasBegun && session.openRuns.size === 0;
    const isOurs = startedAt !== undefined || session.begunAt > 0 || session.held !== undefined;
    if (!isAwaited && (outcome !== 'failed' || !isOurs)) return;
    const begun = isAwaited ? undefined : takeTurnStart(session, runId, startedAt ?? at);
    if (begun !== undefined) this.#ports.emit(rawKey, begun.at, begun.event);
    if (isAwaited) session.hasBegun = false;
    const run = newRun(rawKey, runId, startedAt ?? at, this.#ports.now());
    setBounded(this.#runsById, runId, { ...run, phase: 'ended', end: { outcome, isGuess: false } }, MAX_RUNS);
    this.#ports.emit(rawKey, at, { type: 'run_ended', outcome, runId, ...(reason === undefined ? {} : { reason }) });
  }

  /** Takes over a turn that was open when this process began, with its open runs. */
  restore(rawKey: string, runIds: readonly string[]): void {
    const session = this.session(rawKey);
    session.hasBegun = true;
    for (const runId of runIds) {
      session.openRuns.add(runId);
      setBounded(this.#runsById, runId, newRun(rawKey, runId, 0, 0), MAX_RUNS);
    }
  }

  /** Every running turn has lost its gateway; a later sign of its runs takes that back. */
  lost(at: number): void {
    for (const rawKey of this.liveKeys()) {
      this.#ports.emit(rawKey, at, { type: 'source_lost' });
      for (const run of this.openRunsOf(rawKey)) run.emittedAt = 0;
    }
  }

  #emitTurnStart(session: GatewaySession, at: number, event: TurnStart): void {
    session.hasBegun = true;
    session.begunAt = at;
    session.isTriggerUnknown = event.trigger.kind === 'unknown' && event.messageId === undefined;
    delete session.held;
    this.#ports.emit(session.rawKey, at, event);
  }

  #beginTurnFor(session: GatewaySession, runId: string, at: number, isHeartbeat: boolean): void {
    const trigger = internalTrigger(session, { runId, isHeartbeat }, (jobId) => this.#ports.jobName(jobId));
    if (trigger !== undefined) return this.#emitTurnStart(session, at, { type: 'turn_started', trigger, runId });
    if (session.hasBegun) return;
    const { held } = session;
    if (held !== undefined && at - held.at < HELD_MS) return this.#emitTurnStart(session, Math.max(held.at, at), { ...held.event, runId });
    this.#emitTurnStart(session, at, { type: 'turn_started', trigger: { kind: 'unknown' }, runId });
  }
}
