// Decodes the events `agent`, `session.tool` and `chat`: what a run does, and how it ends.

import type { RunOutcome } from '../../../core/event.ts';
import type { DecodeContext } from '../decoding/decode-context.ts';
import { contentText, visibleText } from '../decoding/entry-text.ts';
import { modelErrorReason } from '../decoding/error-reason.ts';
import { asNumber, asRecord, asText, type JsonRecord } from '../../../core/json-guards.ts';
import type { EventBody } from '../decoding/decoded-event.ts';
import type { SafeText } from '../decoding/safe-text.ts';
import type { SessionInfo } from './decode-row.ts';
import { Approvals, resultIn, resultOfItem } from './approvals.ts';
import { MissingResults } from './missing-results.ts';
import type { Message } from './decode-message.ts';
import { decodeItemEnd, decodeItemStart, decodeToolEnd, decodeToolMessage, decodeToolStart } from './decode-tool.ts';
import type { AnswerPlaces } from './how-to-answer.ts';
import type { RunFrame } from './run-frame.ts';
import { abortOf, endOf, failureOf, isCutForRestart } from './run-outcome.ts';
import { preambleId, type Run, type Sign, takePreamble } from './run.ts';
import type { Runs } from './runs.ts';
import { commandSeen } from './tasks.ts';

interface Ports {
  runs: Runs;
  context: DecodeContext;
  /** How people answer. */
  places: AnswerPlaces;
  emit(rawKey: string, at: number, events: readonly EventBody[]): void;
  /** Takes what a frame without a row says about a session. */
  updateSession(rawKey: string, at: number, info: Partial<SessionInfo>): void;
  /** The gateway itself dropped events of a run. */
  onGap(): void;
  /** A call of the session has ended, but no event has its result. */
  onMissingResult(rawKey: string): void;
  /** Calls `run` once after `delayMs`. */
  after(delayMs: number, run: () => void): void;
}

const MAX_MODEL_POINTS = 100;
const MAX_TEXT_POINTS = 2_000;
const MAX_REASON_POINTS = 200;
const ITEM_MS = 400; // the tool event of the same moment comes within milliseconds
/** Streams that only show that the run is alive. */
const ALIVE: ReadonlySet<string> = new Set(['thinking', 'assistant', 'usage', 'command_output', 'run_status', 'plan', 'patch']);
/** Phases without news. */
const IGNORED_PHASES: ReadonlySet<string> = new Set(['fallback_step', 'fallback', 'fallback_cleared']);

export class RunDecoder {
  readonly #ports: Ports;
  readonly #runs: Runs;
  readonly #context: DecodeContext;
  readonly #safe: SafeText;
  readonly #missingResults: MissingResults<Message>;
  readonly #approvals: Approvals;

  constructor(ports: Ports) {
    this.#ports = ports;
    this.#missingResults = new MissingResults({ ask: ports.onMissingResult, after: ports.after });
    this.#runs = ports.runs;
    this.#context = ports.context;
    this.#safe = ports.context.safe;
    this.#approvals = new Approvals({ safe: this.#safe, places: ports.places, emit: ports.emit, after: ports.after });
  }

  #lifecycle(frame: RunFrame): void {
    const { rawKey, runId, at, data } = frame;
    const phase = asText(data['phase']) ?? '';
    switch (phase) {
      case 'start':
        this.#runs.started(rawKey, runId, at, frame.isHeartbeat);
        return;
      case 'model':
        return this.#modelChanged(frame);
      case 'finishing':
        return this.#finishing(frame);
      case 'waiting-approval':
        return this.#waiting(frame);
      case 'approval-resolved':
        return this.#approvals.resolved(this.#runs.run(frame.runId), frame);
      case 'end':
        if (isCutForRestart(data)) return this.#runs.cutForRestart(runId, at);
        return this.#ended(frame, endOf(data, this.#runs.run(runId)?.isCutOff === true));
      case 'error':
        if (isCutForRestart(data)) return this.#runs.cutForRestart(runId, at);
        if (data['aborted'] === true) return this.#ended(frame, abortOf(data['stopReason'], data['timeoutPhase']));
        return this.#ended(frame, failureOf(data['stopReason'], data['error']), modelErrorReason(data['error'], this.#safe));
      default:
        if (!IGNORED_PHASES.has(phase)) this.#context.unknown(`lifecycle:${phase}`);
    }
  }

  #modelChanged({ rawKey, at, data }: RunFrame): void {
    const model = asText(data['model']);
    if (model !== undefined) this.#ports.updateSession(rawKey, at, { model: this.#safe.line(model, MAX_MODEL_POINTS) });
  }

  /** Not yet the end: after an error the run tries again, or a frame of its own ends it. */
  #finishing({ rawKey, runId, at, data }: RunFrame): void {
    const reason = modelErrorReason(data['error'], this.#safe);
    const run = this.#runs.run(runId) ?? this.#runs.active(rawKey, runId, at, 'alive');
    const isFailure = reason !== undefined && data['aborted'] !== true;
    if (run !== undefined && run.phase !== 'ended' && isFailure) this.#runs.failed(run, at, reason);
  }

  #waiting(frame: RunFrame): void {
    const run = this.#runs.active(frame.rawKey, frame.runId, frame.at, 'work');
    if (run !== undefined) this.#approvals.asked(run, frame);
  }

  /** True while the run waits to try again. The gateway sends that for runs that everybody may see; for others only the history has it. */
  retrying({ rawKey, runId, at, data }: RunFrame, now: number): boolean {
    const delayMs = asNumber(data['delayMs']);
    const run = data['phase'] === 'retrying' ? (this.#runs.run(runId) ?? this.#runs.active(rawKey, runId, at, 'alive')) : undefined;
    if (run === undefined || delayMs === undefined || at + delayMs <= now) return false;
    const reason = this.#safe.line(asText(data['reason'])?.replaceAll('_', ' ') ?? 'the model call failed', MAX_REASON_POINTS);
    this.#runs.retryPlanned(run, at, at + delayMs, reason);
    return true;
  }

  #ended({ rawKey, runId, at, data, isHeartbeat }: RunFrame, outcome: RunOutcome, reason?: string): void {
    const startedAt = asNumber(data['startedAt']);
    if (this.#runs.run(runId) !== undefined) this.#runs.ended(runId, outcome, at, reason);
    else if (!isHeartbeat) this.#runs.endedUnseen(rawKey, { runId, outcome, at, startedAt, reason });
  }

  /** 2026.6 calls a run final that was cut off in a call, and may not send its end. Then somebody stopped it, unless a row says otherwise. */
  #final(payload: JsonRecord, frame: RunFrame): void {
    const run = this.#runs.run(frame.runId);
    const isCutOff = run?.isCutOff === true;
    if (run !== undefined && !isCutOff && payload['stopReason'] === 'toolUse') run.impliedEnd = { outcome: 'aborted', at: frame.at };
    this.#ended(frame, endOf(payload, isCutOff));
  }

  /** Emits the text of an aborted run so far: no message contains it. */
  #partial(payload: JsonRecord, { rawKey, runId, at }: RunFrame): void {
    const text = visibleText(contentText(asRecord(payload['message'])?.['content']));
    if (text === undefined) return;
    const message = { messageId: `partial:${runId}`, text: this.#safe.prose(text, MAX_TEXT_POINTS) };
    this.#ports.emit(rawKey, at, [{ type: 'message', ...message, stop: 'aborted', runId }]);
  }

  #tool(frame: RunFrame): void {
    const { rawKey, runId, at, data } = frame;
    const isResult = data['phase'] === 'result';
    const run = this.#runs.active(rawKey, runId, at, isResult ? 'text' : 'work') ?? (isResult ? this.#runs.run(runId) : undefined);
    if (run === undefined) return;
    switch (data['phase']) {
      case 'start':
        return this.#ports.emit(rawKey, at, [...preambleOf(run), ...decodeToolStart(run, at, data, this.#context)]);
      case 'result':
        return this.#result(run, frame);
      case 'update':
        return this.#approvals.allowed(run, frame);
      case 'review':
      case 'input_delta':
        return;
      default:
        this.#context.unknown(`tool:${asText(data['phase']) ?? 'none'}`);
    }
  }

  /** An event without the tool's answer waits for the history. */
  #result(run: Run, frame: RunFrame): void {
    const { rawKey, at, data } = frame;
    const callId = this.#safe.id(data['toolCallId']);
    const emit = (answer?: Message): void => {
      this.#approvals.answered(run, frame, answer?.body ?? resultIn(data));
      const events =
        answer === undefined ? decodeToolEnd(run, at, data, this.#context) : decodeToolMessage(run, at, answer.body, this.#context);
      this.#ports.emit(rawKey, at, withBackground(events, at));
    };
    if (data['result'] !== undefined || callId === undefined) return emit();
    this.#ports.emit(rawKey, at, decodeItemStart(run, at, data, this.#context));
    this.#missingResults.hold(rawKey, callId, emit);
  }

  /** Takes the tools' answers from the history of a session. */
  results(rawKey: string, messages: readonly Message[]): void {
    const answers = messages.flatMap((message) => {
      const callId = message.body['role'] === 'toolResult' ? this.#safe.id(message.body['toolCallId']) : undefined;
      return callId === undefined ? [] : [[callId, message] as const];
    });
    this.#missingResults.answered(rawKey, new Map(answers));
  }

  #item(frame: RunFrame): void {
    const { rawKey, runId, at, data } = frame;
    const run = this.#runs.active(rawKey, runId, at, 'text');
    if (run === undefined) return;
    if (data['kind'] === 'tool') return this.#callItem(run, frame);
    if (data['kind'] === 'preamble' && (data['phase'] === 'end' || data['phase'] === 'update')) this.#setPreamble(run, data);
  }

  /** Text before a call grows. Updates may be garbled, so the newest counts. 2026.8 gives it neither an end nor an id. */
  #setPreamble(run: Run, data: JsonRecord): void {
    const text = asText(this.#safe.prose(asText(data['progressText']) ?? '', MAX_TEXT_POINTS));
    const id = this.#safe.id(data['itemId']) ?? preambleId(run.runId, `commentary-${run.preambles}`);
    if (text !== undefined && !run.emittedPreambles.has(id)) run.preamble = { id, text };
  }

  #callItem(run: Run, frame: RunFrame): void {
    const isStarted = run.startedCalls.has(this.#safe.id(frame.data['toolCallId']) ?? '');
    if (!isStarted || frame.data['phase'] === 'end') this.#ports.after(ITEM_MS, () => this.#emitItem(run, frame));
  }

  /** By now the better tool events have come. Where they did not come, only the item describes the call. */
  #emitItem(run: Run, frame: RunFrame): void {
    const { rawKey, at, data } = frame;
    if (data['hideFromChannelProgress'] === true || this.#missingResults.holds(rawKey, this.#safe.id(data['toolCallId']) ?? '')) return;
    const isOver = data['phase'] === 'end';
    const startedAt = asNumber(data['startedAt']) ?? at;
    if (run.phase !== 'ended' || isOver) this.#ports.emit(rawKey, startedAt, decodeItemStart(run, startedAt, data, this.#context));
    if (!isOver) return;
    this.#approvals.answered(run, frame, resultOfItem(data));
    this.#ports.emit(rawKey, at, decodeItemEnd(run, at, data, this.#context));
  }

  /** An event `agent` or `session.tool`. */
  agent(stream: string, frame: RunFrame): void {
    const { rawKey, runId, at, seq, data } = frame;
    if (stream === 'error') return data['reason'] === 'seq gap' ? this.#ports.onGap() : undefined;
    if (this.#runs.isOld(runId, seq)) return;
    if (stream === 'lifecycle') return this.#lifecycle(frame);
    if (frame.isHeartbeat && this.#runs.run(runId) === undefined) this.#runs.started(rawKey, runId, at, true);
    if (stream === 'tool') return this.#tool(frame);
    if (stream === 'item') return this.#item(frame);
    if (stream === 'run_status' && this.retrying(frame, 0)) return;
    if (stream === 'approval') return this.#decided(frame);
    if (stream === 'compaction') return data['phase'] === 'end' ? this.#ports.emit(rawKey, at, [{ type: 'compacted' }]) : undefined;
    if (ALIVE.has(stream)) this.#runs.active(rawKey, runId, at, signOf(stream));
    else this.#context.unknown(`stream:${stream}`);
  }

  /** Only refusals have an event. */
  #decided(frame: RunFrame): void {
    const run = this.#runs.run(frame.runId);
    if (run !== undefined && frame.data['phase'] === 'resolved' && frame.data['status'] === 'denied') this.#approvals.denied(run, frame);
  }

  chat(payload: JsonRecord, frame: RunFrame): void {
    const { rawKey, runId, at, seq } = frame;
    if (this.#runs.isOld(runId, seq)) return;
    switch (payload['state']) {
      case 'status':
      case 'delta':
        this.#runs.active(rawKey, runId, at, payload['state'] === 'delta' ? 'text' : 'alive');
        return;
      case 'final':
        return this.#final(payload, frame);
      case 'aborted':
        if (isCutForRestart({ ...payload, aborted: true })) this.#runs.cutForRestart(runId, at);
        else this.#ended(frame, abortOf(payload['stopReason']));
        return this.#partial(payload, frame);
      case 'error':
        return this.#ended(
          frame,
          failureOf(payload['errorKind'], payload['errorMessage']),
          modelErrorReason(payload['errorMessage'], this.#safe),
        );
      default:
        this.#context.unknown(`chat:${asText(payload['state']) ?? 'none'}`);
    }
  }
}

/** Preparing and counting are no work yet, and the rest of a text is none either. */
function signOf(stream: string): Sign {
  if (stream === 'thinking') return 'work';
  return stream === 'run_status' || stream === 'usage' ? 'alive' : 'text';
}

/** A command in the background counts as busy, because the gateway will send its end. */
function withBackground(events: EventBody[], at: number): EventBody[] {
  return events.flatMap((event) =>
    event.type === 'tool_ended' && event.outcome.kind === 'background' ? [event, commandSeen(event.outcome.handle, at)] : [event],
  );
}

/** The text before a tool call, unless a message already contained it. */
function preambleOf(run: Run): EventBody[] {
  const { preamble } = run;
  if (preamble === undefined) return [];
  takePreamble(run, preamble);
  return [{ type: 'message', messageId: preamble.id, text: preamble.text, stop: 'tools', runId: run.runId }];
}
