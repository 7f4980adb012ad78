// Turns frames of the gateway into events of sessions; has no socket and no timer.

import type { SessionEvent } from '../../../core/event.ts';
import { createDecodeContext, type DecodeContext, type DecodeOptions } from '../decoding/decode-context.ts';
import type { EventBody } from '../decoding/decoded-event.ts';
import { asNumber, asRecord, asText, type JsonRecord } from '../../../core/json-guards.ts';
import { planSteps } from '../decoding/plan-steps.ts';
import { MessageDecoder, messageOf } from './decode-message.ts';
import { outcomeOfRow, rowOf } from './decode-row.ts';
import { RunDecoder } from './decode-run.ts';
import type { AnswerPlaces } from './how-to-answer.ts';
import { type History, type InFlight, isAtWork, mayBeAtWork, missedMessages, ofNewestTurn, settledEnd } from './history.ts';
import { Jobs } from './jobs.ts';
import type { Run } from './run.ts';
import { Runs } from './runs.ts';
import { runFrameOf } from './run-frame.ts';
import { isSessionKey, sessionKeyOf } from './raw-session-key.ts';
import { SessionInfos } from './session-infos.ts';
import { Tasks } from './tasks.ts';
import { IGNORED_EVENTS } from './wire.ts';

export interface DecoderOptions extends DecodeOptions {
  /** How people answer approvals. */
  places?: AnswerPlaces;
  /** Wall clock, for frames without a time. */
  now(): number;
  /** Calls `run` once after `delayMs`. */
  after(delayMs: number, run: () => void): void;
  emit(event: SessionEvent): void;
  /** Called with the key of a session at every sign of it. */
  onSession(rawKey: string): void;
  /** The gateway itself reports that it dropped events. */
  onGap(): void;
  /** A run of the session will try again, and no event says when. */
  onRetry(rawKey: string): void;
  /** A call of the session has ended, but no event has its result. */
  onMissingResult(rawKey: string): void;
  /** The row of the session may say what no event does. */
  onRowNeeded(rawKey: string): void;
}

export class GatewayDecoder {
  readonly runs: Runs;
  readonly tasks: Tasks;
  readonly #options: DecoderOptions;
  readonly #context: DecodeContext;
  readonly #jobs: Jobs;
  readonly #runDecoder: RunDecoder;
  readonly #messageDecoder: MessageDecoder;
  readonly #infos: SessionInfos;

  constructor(options: DecoderOptions) {
    this.#options = options;
    this.#context = createDecodeContext(options);
    const { safe } = this.#context;
    this.#jobs = new Jobs(safe);
    this.#infos = new SessionInfos({ safe, jobs: this.#jobs, emit: (event) => options.emit(event) });
    const emitOne = (rawKey: string, at: number, event: EventBody): void => this.#infos.emit(rawKey, at, event);
    const emit = (rawKey: string, at: number, events: readonly EventBody[]): void => {
      for (const event of events) emitOne(rawKey, at, event);
    };
    this.tasks = new Tasks(safe, emitOne);
    this.runs = new Runs({
      emit: emitOne,
      now: options.now,
      after: options.after,
      jobName: (jobId) => this.#jobs.get(jobId)?.name,
      askRetry: options.onRetry,
      askRow: options.onRowNeeded,
    });
    const shared = { runs: this.runs, context: this.#context, emit };
    this.#runDecoder = new RunDecoder({
      ...shared,
      places: options.places ?? {},
      after: options.after,
      updateSession: (rawKey, at, info) => this.#infos.update(rawKey, at, info),
      onGap: options.onGap,
      onMissingResult: options.onMissingResult,
    });
    this.#messageDecoder = new MessageDecoder(shared);
  }

  /** Sets whether no source reports tools and sub-agents, and emits it for all sessions. */
  toolsUntold(toolsUntold: boolean): void {
    this.#infos.setToolsUntold(toolsUntold, this.#options.now());
  }

  /** One event of the gateway. Never throws. */
  event(name: string, payload: JsonRecord): void {
    try {
      this.#decode(name, payload);
    } catch {
      this.#context.unknown('undecodable');
    }
  }

  /** Takes a session row from an answer. */
  row(row: JsonRecord): void {
    const rawKey = row['key'];
    if (isSessionKey(rawKey)) this.#infos.applyRow(rawKey, this.#options.now(), row);
  }

  /** Emits what a session's history has and we missed; `since` is when we may have begun to miss events. Never throws. */
  history(rawKey: string, history: History, since: number | undefined): void {
    try {
      this.#catchUp(rawKey, history, since);
    } catch {
      this.#context.unknown('undecodable-history');
    }
  }

  /** Ends the session's runs that are not in flight any more. True when every such run has ended. */
  settle(rawKey: string, history: History, wasRestarted: boolean, isLastAsk = false): boolean {
    const unsettled = this.runs.openRunsOf(rawKey).filter((run) => {
      if (run.runId === history.inFlight?.runId) return false;
      const end = settledEnd(run, history, { wasRestarted, isLastAsk });
      if (end === undefined) return true;
      const isFailure = end.outcome === 'failed' || end.outcome === 'timed_out';
      const reason = isFailure ? (reasonOf(history.row, this.#context) ?? run.reason) : undefined;
      this.runs.ended(run.runId, end.outcome, end.at ?? this.#options.now(), reason);
      return false;
    });
    return unsettled.length === 0;
  }

  /** Reads from a history only when a run tries again. */
  retry(rawKey: string, { inFlight }: History): void {
    if (inFlight !== undefined) this.#isRetrying(rawKey, inFlight);
  }

  /** Reads from a history only what tools have answered. */
  results(rawKey: string, { messages }: History): void {
    this.#runDecoder.results(rawKey, messages);
  }

  /** The gateway does not know the session any more: its runs are lost. */
  giveUp(rawKey: string, wasRestarted: boolean): void {
    for (const run of this.runs.openRunsOf(rawKey))
      if (wasRestarted || run.emittedAt === 0) this.runs.ended(run.runId, run.impliedEnd?.outcome ?? 'lost', this.#options.now());
  }

  #decode(name: string, payload: JsonRecord): void {
    const rawKey = payload['sessionKey'];
    if (isSessionKey(rawKey)) this.#addSession(rawKey, payload);
    switch (name) {
      case 'agent':
      case 'session.tool':
        return this.#agent(payload);
      case 'chat':
        return this.#chat(payload);
      case 'session.message':
        return isSessionKey(rawKey) ? this.#message(rawKey, payload) : undefined;
      case 'sessions.changed':
        return isSessionKey(rawKey) ? this.#changed(rawKey, payload) : undefined;
      case 'session.operation':
        return isSessionKey(rawKey) ? this.#operation(rawKey, payload) : undefined;
      case 'task':
        return this.tasks.update(asRecord(payload['task']) ?? {}, this.#options.now());
      case 'cron':
        return this.#cron(payload);
      case 'shutdown':
        return this.runs.gatewayStops();
      default:
        if (!IGNORED_EVENTS.has(name)) this.#context.unknown(`event:${name}`);
    }
  }

  /** Any frame may carry the session's row. We apply the row first, so that a new turn has its route. */
  #addSession(rawKey: string, payload: JsonRecord): void {
    const at = asNumber(payload['ts']) ?? this.#options.now();
    const row = rowOf(payload);
    if (typeof row['abortedLastRun'] === 'boolean')
      this.runs.setStoppedByRow(rawKey, row['abortedLastRun'], asNumber(row['updatedAt']) ?? at);
    if (Object.keys(row).length > 0) this.#infos.applyRow(rawKey, at, row);
    else if (isSessionKey(payload['spawnedBy'])) this.#infos.update(rawKey, at, { parentKey: sessionKeyOf(payload['spawnedBy']) });
    else this.#infos.introduce(rawKey, at);
    this.#options.onSession(rawKey);
  }

  #agent(payload: JsonRecord): void {
    const frame = runFrameOf(payload, this.runs, this.#options.now());
    if (frame !== undefined) this.#runDecoder.agent(asText(payload['stream']) ?? 'none', frame);
  }

  #chat(payload: JsonRecord): void {
    const frame = runFrameOf(payload, this.runs, this.#options.now());
    if (frame !== undefined) this.#runDecoder.chat(payload, frame);
  }

  #message(rawKey: string, payload: JsonRecord): void {
    const message = messageOf(payload, this.#options.now());
    if (message !== undefined) this.#messageDecoder.live(rawKey, message);
  }

  /** Rows come late and contradict each other, so we only use what the runs themselves did not send. */
  #changed(rawKey: string, payload: JsonRecord): void {
    const runId = asText(payload['runId']);
    const row = rowOf(payload);
    const at = asNumber(payload['ts']) ?? this.#options.now();
    if (payload['reason'] === 'delete') return this.#deleted(rawKey, at);
    if (runId === undefined) return;
    const isRunning = row['status'] === 'running' && isAtWork(row) && row['endedAt'] === undefined;
    if (payload['phase'] === 'start' && isRunning && this.runs.run(runId) === undefined) this.runs.started(rawKey, runId, at, false);
    if (payload['phase'] === 'end') this.runs.ended(runId, outcomeOfRow(row) ?? 'done', at);
    if (payload['phase'] === 'error') this.runs.ended(runId, outcomeOfRow(row) ?? 'failed', at, reasonOf(row, this.#context));
  }

  #deleted(rawKey: string, at: number): void {
    for (const run of this.runs.openRunsOf(rawKey)) this.runs.ended(run.runId, run.impliedEnd?.outcome ?? 'lost', at);
  }

  /** A compaction between turns changes no box. */
  #operation(rawKey: string, payload: JsonRecord): void {
    const isDone = payload['operation'] === 'compact' && payload['phase'] === 'end' && payload['completed'] === true;
    if (isDone && this.runs.session(rawKey).hasBegun)
      this.#infos.emit(rawKey, asNumber(payload['ts']) ?? this.#options.now(), { type: 'compacted' });
  }

  #cron(payload: JsonRecord): void {
    this.#jobs.update(payload);
    const rawKey = payload['sessionKey'];
    if (payload['action'] !== 'finished' || !isSessionKey(rawKey)) return;
    const outcome = payload['status'] === 'ok' || payload['status'] === 'skipped' ? 'done' : 'failed';
    for (const run of this.runs.openRunsOf(rawKey)) this.runs.ended(run.runId, outcome, this.#options.now());
  }

  #catchUp(rawKey: string, history: History, since: number | undefined): void {
    const now = this.#options.now();
    const { inFlight } = history;
    const wasKnown = this.runs.run(inFlight?.runId) !== undefined;
    this.#infos.applyRow(rawKey, now, history.row);
    const missed = missedMessages(history, since);
    for (const message of missed) this.#messageDecoder.past(rawKey, message);
    if (inFlight === undefined && mayBeAtWork(history)) this.#messageDecoder.unnamed(rawKey, ofNewestTurn(missed));
    if (inFlight === undefined || this.#isRetrying(rawKey, inFlight)) return;
    // A known run is alive now, even if we called it lost in between.
    const run = this.runs.active(rawKey, inFlight.runId, wasKnown ? now : (inFlight.startedAt ?? now), 'work');
    if (run !== undefined) this.#resume(run, inFlight, now);
  }

  /** Emits that the run in flight waits to try again; false when it does not wait. */
  #isRetrying(rawKey: string, { runId, events }: InFlight): boolean {
    const now = this.#options.now();
    return events
      .filter(({ stream }) => stream === 'run_status')
      .flatMap((event) => runFrameOf({ ...event, runId, sessionKey: rawKey }, this.runs, now) ?? [])
      .some((frame) => this.#runDecoder.retrying(frame, now));
  }

  #resume(run: Run, { plan, events }: InFlight, now: number): void {
    run.emittedAt = now;
    const steps = planSteps('plan', { plan }, this.#context.safe);
    if (steps !== undefined) this.#infos.emit(run.rawKey, now, { type: 'plan_changed', steps });
    for (const event of events) {
      const data = asRecord(event['data']);
      const isNewEnd = event['stream'] === 'tool' && (data?.['phase'] === 'start' || data?.['phase'] === 'update');
      if (isNewEnd) this.#agent({ ...event, sessionKey: run.rawKey });
    }
  }
}

function reasonOf(row: JsonRecord, { safe }: DecodeContext): string | undefined {
  const error = asText(row['lastRunError']);
  return error === undefined ? undefined : safe.line(error, 200);
}
