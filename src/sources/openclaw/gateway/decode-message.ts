// Decodes messages of a session, live or from its history: what started a turn, what the agent wrote, how tools ended.

import type { DecodeContext } from '../decoding/decode-context.ts';
import { decodeSaid } from '../decoding/decode-assistant.ts';
import type { EventBody } from '../decoding/decoded-event.ts';
import { SILENT_ROLES } from '../decoding/entry-text.ts';
import { asNumber, asRecord, asText, type JsonRecord } from '../../../core/json-guards.ts';
import { setBounded } from '../../../core/bounded-map.ts';
import { decodeTurnStart, isTurnStart } from './turn-start.ts';
import { decodeToolMessage, decodeToolStart } from './decode-tool.ts';
import { claimedPreamble, newRun, preambleId, type Run, takePreamble } from './run.ts';
import type { Runs } from './runs.ts';

/** One message with the fields of its envelope. */
export interface Message {
  id: string;
  at: number;
  runId?: string;
  body: JsonRecord;
}

interface Ports {
  runs: Runs;
  context: DecodeContext;
  emit(rawKey: string, at: number, events: readonly EventBody[]): void;
}

type AgentMessage = Extract<EventBody, { type: 'message' }>;

const MAX_MESSAGES = 10_000;

/** The message in a live payload or in an entry of the history; undefined when it has no id. */
export function messageOf(value: JsonRecord, now: number): Message | undefined {
  const body = asRecord(value['message']) ?? value;
  const marks = asRecord(body['__openclaw']);
  const id = asText(value['messageId']) ?? asText(marks?.['id']);
  if (id === undefined) return undefined;
  const runId = asText(marks?.['runId']) ?? asText(value['runId']);
  const at = asNumber(marks?.['recordTimestampMs']) ?? asNumber(body['timestamp']) ?? now;
  return { id: id.slice(0, 512), at, body, ...(runId === undefined ? {} : { runId: runId.slice(0, 512) }) };
}

export class MessageDecoder {
  readonly #ports: Ports;
  readonly #seenIds = new Map<string, true>();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** A live message. Its calls come from the tool events, which have their order and their wrappers. */
  live(rawKey: string, message: Message): void {
    if (this.#isNew(rawKey, message)) this.#decode(rawKey, message, false);
  }

  /** A message of the history. It may have come live, but we may have missed its calls and results. */
  past(rawKey: string, message: Message): void {
    if (this.#isNew(rawKey, message)) return this.#decode(rawKey, message, true);
    const run = this.#namedRunOf(rawKey, message);
    if (run !== undefined && run.phase !== 'ended') this.#ports.emit(rawKey, message.at, this.#callsOf(run, message));
  }

  /**
   * Emits the calls of a running turn whose run has no name yet (2026.6 names it in no message). The next frame names it, but while a
   * command runs that may take long.
   */
  unnamed(rawKey: string, messages: readonly Message[]): void {
    const { hasBegun, openRuns } = this.#ports.runs.session(rawKey);
    if (!hasBegun || openRuns.size > 0) return;
    const run = newRun(rawKey, '', 0, 0);
    for (const message of messages) {
      const isResult = message.body['role'] === 'toolResult';
      const events = isResult ? decodeToolMessage(run, message.at, message.body, this.#ports.context) : this.#callsOf(run, message);
      this.#ports.emit(rawKey, message.at, events.map(withoutRun));
    }
  }

  #namedRunOf(rawKey: string, { runId }: Message): Run | undefined {
    const { runs } = this.#ports;
    return runId === undefined ? runs.openRunsOf(rawKey)[0] : runs.run(runId);
  }

  /** Ids are unique within a session only. */
  #isNew(rawKey: string, { id }: Message): boolean {
    const name = `${rawKey} ${id}`;
    const isNew = !this.#seenIds.has(name);
    setBounded(this.#seenIds, name, true, MAX_MESSAGES);
    return isNew;
  }

  #decode(rawKey: string, message: Message, withCalls: boolean): void {
    const role = asText(message.body['role']) ?? '';
    if (isTurnStart(message.body)) return this.#begin(rawKey, message);
    if (role === 'assistant') return this.#agentMessage(rawKey, message, withCalls);
    if (role === 'toolResult') return this.#result(rawKey, message);
    if (!SILENT_ROLES.has(role)) this.#ports.context.unknown(`role:${role}`);
  }

  #begin(rawKey: string, { id, at, body }: Message): void {
    const { runs, context, emit } = this.#ports;
    const { ended, started, isAnswered } = decodeTurnStart(id, body, context);
    emit(rawKey, at, ended);
    if (isAnswered) return;
    const isKnownJob = started.trigger.kind === 'schedule' && runs.session(rawKey).hasBegun;
    if (!isKnownJob) runs.begin(rawKey, at, started);
  }

  #result(rawKey: string, message: Message): void {
    const { context, emit } = this.#ports;
    const run = this.#namedRunOf(rawKey, message);
    if (run !== undefined) emit(rawKey, message.at, decodeToolMessage(run, message.at, message.body, context));
  }

  #agentMessage(rawKey: string, message: Message, withCalls: boolean): void {
    const { context, emit } = this.#ports;
    const event = decodeSaid(context.safe.id(fallbackId(message)) ?? message.id, message.body, context);
    if (event.type !== 'message') return;
    if (event.injected === true) return emit(rawKey, message.at, [event]);
    const run = this.#runOf(rawKey, message, event);
    emit(rawKey, message.at, this.#inRun(event, message, run));
    if (run === undefined) return;
    if (event.stop === 'error' && withCalls) this.#ports.runs.failed(run, message.at, event.reason ?? 'the model call failed');
    if (event.stop !== 'tools' && event.stop !== 'error') {
      run.phase = 'answered';
      run.impliedEnd = { outcome: event.stop === 'aborted' ? 'aborted' : 'done', at: message.at };
      if (event.stop === 'aborted') this.#ports.runs.awaitAbortedEnd(run);
    }
    if (withCalls) emit(rawKey, message.at, this.#callsOf(run, message));
    else for (const { toolCallId, args } of callBlocks(message)) if (typeof toolCallId === 'string') run.argsByCall.set(toolCallId, args);
  }

  /** Some versions name the run of a message only sometimes; runs of a session never overlap. */
  #runOf(rawKey: string, { runId, at }: Message, event: AgentMessage): Run | undefined {
    const { runs } = this.#ports;
    const id = runId ?? runs.openRunsOf(rawKey)[0]?.runId;
    if (id === undefined) return undefined;
    // A run whose first sign is a message began earlier, with the message that it answers.
    const { hasBegun, begunAt } = runs.session(rawKey);
    const signAt = runs.run(id) === undefined && hasBegun ? begunAt : at;
    return runs.active(rawKey, id, signAt, event.stop === 'tools' ? 'work' : 'text');
  }

  /**
   * The run itself reports a failed model call; the message about it only adds text after the run, and never begins a retry. The run
   * also reports an abort, and whether somebody stopped it or its time was over.
   */
  #inRun(event: AgentMessage, message: Message, run: Run | undefined): EventBody[] {
    const runId = message.runId ?? run?.runId;
    const named = runId === undefined ? event : { ...event, runId };
    if (event.stop === 'aborted' && run !== undefined) return [{ ...named, stop: 'stop', injected: true }];
    if (event.stop === 'error') {
      const { reason: _reason, text, ...rest } = named;
      return run === undefined && text !== undefined ? [{ ...rest, text, stop: 'stop', injected: true }] : [];
    }
    if (run === undefined) return [named];
    const { preamble } = run;
    if (preamble === undefined) return [{ ...named, messageId: claimedPreamble(run, event) }];
    takePreamble(run, { id: preamble.id });
    return [{ text: preamble.text, ...named }];
  }

  #callsOf(run: Run, message: Message): EventBody[] {
    return callBlocks(message).flatMap((call) => decodeToolStart(run, message.at, call, this.#ports.context));
  }
}

function withoutRun(event: EventBody): EventBody {
  if (event.type !== 'tool_started') return event;
  const { runId: _runId, ...rest } = event;
  return rest;
}

/** 2026.8 keeps text before a call in its own message. We may have emitted that text while it grew. */
function fallbackId({ id, runId, body }: Message): string {
  const itemId = asText(asRecord(body['openclawStreamFallback'])?.['itemId']);
  return itemId === undefined || runId === undefined ? id : preambleId(runId, itemId);
}

/** The calls of a message in the form of tool events. */
function callBlocks({ body }: Message): JsonRecord[] {
  const content = Array.isArray(body['content']) ? body['content'] : [];
  return content.flatMap((value) => {
    const block = asRecord(value);
    if (block?.['type'] !== 'toolCall') return [];
    const { id: toolCallId, name, arguments: args, parentToolCallId } = block;
    return [{ toolCallId, name, args, parentToolCallId }];
  });
}
