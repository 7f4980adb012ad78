// Messages of a session, live or from its history: what set a turn going, what the agent said, how tools ended.

import type { DecodeContext } from '../decoding/decode-context.ts';
import { decodeAssistant } from '../decoding/decode-assistant.ts';
import type { Fact } from '../decoding/decoded-event.ts';
import { asNumber, asRecord, asText, type JsonRecord } from '../../../core/json-guards.ts';
import { remember } from '../../../core/remember.ts';
import { decodeBeginning, isBeginning } from './beginning.ts';
import { decodeToolMessage, decodeToolStart } from './decode-tool.ts';
import { newRun, preambleId, type Run, takePreamble } from './run.ts';
import type { RunBook } from './run-book.ts';

/** One message with what its envelope says. */
export interface Message {
  id: string;
  at: number;
  runId?: string;
  body: JsonRecord;
}

interface Ports {
  book: RunBook;
  context: DecodeContext;
  tell(rawKey: string, at: number, facts: readonly Fact[]): void;
}

type Said = Extract<Fact, { type: 'message' }>;

const MAX_MESSAGES = 10_000;
/** Notes of the gateway to itself, and nested calls, which the tool events tell better. */
const SILENT_ROLES: ReadonlySet<string> = new Set(['system', 'custom', 'bashExecution', 'branchSummary', 'compactionSummary']);

/** The parts of a message, of a live payload or of an entry of the history; undefined when it has no id. */
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

  /** A message as it comes. Its calls are told by the tool events, which know their order and their wrappers. */
  live(rawKey: string, message: Message): void {
    if (this.#isNew(rawKey, message)) this.#decode(rawKey, message, false);
  }

  /** A message of the history, whether or not it came live: calls and results may have been missed. */
  past(rawKey: string, message: Message): void {
    if (this.#isNew(rawKey, message)) return this.#decode(rawKey, message, true);
    const run = this.#namedRunOf(rawKey, message);
    if (run !== undefined && run.phase !== 'ended') this.#ports.tell(rawKey, message.at, this.#callsOf(run, message));
  }

  /**
   * The calls of a turn at work whose run nobody has named yet (2026.6 names it in no message): its next frame does, and may be long in
   * coming while a command runs.
   */
  unnamed(rawKey: string, messages: readonly Message[]): void {
    const { hasBegun, openRuns } = this.#ports.book.session(rawKey);
    if (!hasBegun || openRuns.size > 0) return;
    const run = newRun(rawKey, '', 0, 0);
    for (const message of messages) {
      const isResult = message.body['role'] === 'toolResult';
      const facts = isResult ? decodeToolMessage(run, message.at, message.body, this.#ports.context) : this.#callsOf(run, message);
      this.#ports.tell(rawKey, message.at, facts.map(withoutRun));
    }
  }

  #namedRunOf(rawKey: string, { runId }: Message): Run | undefined {
    const { book } = this.#ports;
    return runId === undefined ? book.openRunsOf(rawKey)[0] : book.run(runId);
  }

  /** Ids are unique within a session only. */
  #isNew(rawKey: string, { id }: Message): boolean {
    const name = `${rawKey} ${id}`;
    const isNew = !this.#seenIds.has(name);
    remember(this.#seenIds, name, true, MAX_MESSAGES);
    return isNew;
  }

  #decode(rawKey: string, message: Message, withCalls: boolean): void {
    const role = asText(message.body['role']) ?? '';
    if (isBeginning(message.body)) return this.#begin(rawKey, message);
    if (role === 'assistant') return this.#said(rawKey, message, withCalls);
    if (role === 'toolResult') return this.#result(rawKey, message);
    if (!SILENT_ROLES.has(role)) this.#ports.context.unknown(`role:${role}`);
  }

  #begin(rawKey: string, { id, at, body }: Message): void {
    const { book, context, tell } = this.#ports;
    const { ended, started, isAnswered } = decodeBeginning(id, body, context);
    tell(rawKey, at, ended);
    if (isAnswered) return;
    const isKnownJob = started.trigger.kind === 'schedule' && book.session(rawKey).hasBegun;
    if (!isKnownJob) book.begin(rawKey, at, started);
  }

  #result(rawKey: string, message: Message): void {
    const { context, tell } = this.#ports;
    const run = this.#namedRunOf(rawKey, message);
    if (run !== undefined) tell(rawKey, message.at, decodeToolMessage(run, message.at, message.body, context));
  }

  #said(rawKey: string, message: Message, withCalls: boolean): void {
    const { context, tell } = this.#ports;
    const [said] = decodeAssistant(context.safe.id(fallbackId(message)) ?? message.id, message.body, context);
    if (said?.type !== 'message') return;
    if (said.injected === true) return tell(rawKey, message.at, [said]);
    const run = this.#runOf(rawKey, message, said);
    tell(rawKey, message.at, this.#inRun(said, message, run));
    if (run === undefined) return;
    if (said.stop === 'error' && withCalls) this.#ports.book.failed(run, message.at, said.reason ?? 'the model call failed');
    if (said.stop !== 'tools' && said.stop !== 'error') {
      run.phase = 'answered';
      run.word = { outcome: said.stop === 'aborted' ? 'aborted' : 'done', at: message.at };
      if (said.stop === 'aborted') this.#ports.book.saidAborted(run);
    }
    if (withCalls) tell(rawKey, message.at, this.#callsOf(run, message));
    else for (const { toolCallId, args } of callBlocks(message)) if (typeof toolCallId === 'string') run.argsByCall.set(toolCallId, args);
  }

  /** Some versions name the run of a message only sometimes; runs of a session never overlap. */
  #runOf(rawKey: string, { runId, at }: Message, said: Said): Run | undefined {
    const { book } = this.#ports;
    const id = runId ?? book.openRunsOf(rawKey)[0]?.runId;
    if (id === undefined) return undefined;
    // A run whose first sign is a message began before it, with what it answers.
    const { hasBegun, begunAt } = book.session(rawKey);
    const signAt = book.run(id) === undefined && hasBegun ? begunAt : at;
    return book.active(rawKey, id, signAt, said.stop === 'tools' ? 'work' : 'words');
  }

  /**
   * A failed model call is told by its run; the message about it only adds words when the run is over, and never begins a retry. So is
   * an abort: its run says whether somebody stopped it or its time was over.
   */
  #inRun(said: Said, message: Message, run: Run | undefined): Fact[] {
    const runId = message.runId ?? run?.runId;
    const named = runId === undefined ? said : { ...said, runId };
    if (said.stop === 'aborted' && run !== undefined) return [{ ...named, stop: 'stop', injected: true }];
    if (said.stop === 'error') {
      const { reason: _reason, text, ...rest } = named;
      return run === undefined && text !== undefined ? [{ ...rest, text, stop: 'stop', injected: true }] : [];
    }
    const preamble = run?.preamble;
    if (run === undefined || preamble === undefined) return [named];
    takePreamble(run, preamble);
    return [{ text: preamble.text, ...named }];
  }

  #callsOf(run: Run, message: Message): Fact[] {
    return callBlocks(message).flatMap((call) => decodeToolStart(run, message.at, call, this.#ports.context));
  }
}

function withoutRun(fact: Fact): Fact {
  if (fact.type !== 'tool_started') return fact;
  const { runId: _runId, ...rest } = fact;
  return rest;
}

/** 2026.8 keeps text before a call in a message of its own, which may have been told as it grew. */
function fallbackId({ id, runId, body }: Message): string {
  const itemId = asText(asRecord(body['openclawStreamFallback'])?.['itemId']);
  return itemId === undefined || runId === undefined ? id : preambleId(runId, itemId);
}

/** The calls of a message, as tool events tell them. */
function callBlocks({ body }: Message): JsonRecord[] {
  const content = Array.isArray(body['content']) ? body['content'] : [];
  return content.flatMap((value) => {
    const block = asRecord(value);
    if (block?.['type'] !== 'toolCall') return [];
    const { id: toolCallId, name, arguments: args, parentToolCallId } = block;
    return [{ toolCallId, name, args, parentToolCallId }];
  });
}
