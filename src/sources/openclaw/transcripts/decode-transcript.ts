// Turns the lines of one transcript into events. Remembers what matters within a file: the header, calls without a result, runs
// already started. Knows neither the file's name nor its session's key, and does no I/O.

import { decodeAssistant } from '../decoding/decode-assistant.ts';
import { createDecodeContext, type DecodeContext, type DecodeOptions } from '../decoding/decode-context.ts';
import { decodeToolResult } from '../decoding/decode-tool-result.ts';
import { decodeUser, runIdOf } from '../decoding/decode-user.ts';
import type { DecodedLine, EventBody } from '../decoding/decoded-event.ts';
import { contentText, SILENT_ROLES } from '../decoding/entry-text.ts';
import { modelErrorReason } from '../decoding/error-reason.ts';
import { asNumber, asRecord, asText, type JsonRecord, parseJson } from '../../../core/json-guards.ts';
import { neverThrowing } from '../../../files/never-throwing.ts';
import { type Attempts, recordProgress, setPrompt, recordRetry, promptOf, retriedPrompt } from './prompt-retries.ts';

export type { DecodedEvent, DecodedLine } from '../decoding/decoded-event.ts';

const MAX_ENTRY_ID_CHARS = 512;
const EARLIEST_AT = Date.UTC(2020, 0);
const LATEST_AT = Date.UTC(2100, 0);
/** Known entries that change nothing in a box. */
const SILENT_ENTRIES: ReadonlySet<string> = new Set([
  'model_change',
  'thinking_level_change',
  'leaf',
  'label',
  'session_info',
  'branch_summary',
  'custom_message',
]);
const PROMPT_ERROR = /^(?:openclaw|moltbot|clawdbot)[.:]prompt-error$/;
const SILENT_CUSTOM =
  /^(?:model-snapshot|(?:openclaw|moltbot|clawdbot)[.:](?:cache-ttl|bootstrap-context|runtime-context|sessions_yield|google-turn-ordering)[\w:.-]*)$/;

interface FileMemory {
  /** Lines older than this are a copy of another session's history. */
  copiedBefore: number;
  lastAt: number | undefined;
  attempts: Attempts;
}

/**
 * A decoder for the lines of one file. Give it every line in order. It never throws, whatever a line contains.
 * It understands the dialects of OpenClaw 2026.2 to 2026.7 as recorded.
 *
 * What the events promise, line by line:
 * - User line: `turn_started` with the trigger. Before it a `background_ended` per note about a finished command. A slash
 *   command that the gateway answers itself is followed at once by `run_ended` (done); its answer comes as an injected message.
 *   A retry that 2026.7 marks gives no event; any other wording of one is a `recovery` that names the prompt's first line.
 *   A sub-agent's report has a user line (`announce`) in 2026.2, none in 2026.7.
 * - Assistant line: `message`, then `tool_started` per call and `plan_changed`. No calls when the stop is `error` or
 *   `aborted`: they were never made. No text when the reply is silent. `error` may be retried.
 * - Line of the gateway: `message` with `injected`; for an abort only `run_ended` (aborted).
 * - Tool result: `tool_ended`, then `child_spawned`, `background_ended` (from the process tool) or `run_ended` (yielded).
 * - Prompt error: `run_ended` with aborted, timed_out or failed; it may follow the `aborted` message and repeats an abort's run.
 * - Compaction: `compacted`. A header and the copied history at the head of a forked thread: no events, but ids.
 */
export function createTranscriptDecoder(options: DecodeOptions): (line: string) => DecodedLine {
  const context = createDecodeContext(options);
  const memory: FileMemory = { copiedBefore: 0, lastAt: undefined, attempts: {} };
  return neverThrowing((line) => decodeLine(line, memory, context), options.onUnknown);
}

function decodeLine(line: string, memory: FileMemory, context: DecodeContext): DecodedLine {
  if (line.trim() === '') return { events: [] };
  const entry = asRecord(parseJson(line));
  if (entry === undefined) {
    context.unknown('invalid-json');
    return { events: [] };
  }
  const at = instantOf(entry) ?? memory.lastAt;
  memory.lastAt = at;
  if (entry['type'] === 'session') memory.copiedBefore = asText(entry['parentSession']) === undefined ? 0 : (at ?? 0);
  const entryId = asText(entry['id'])?.slice(0, MAX_ENTRY_ID_CHARS);
  return { ...(entryId === undefined ? {} : { entryId }), ...eventsAt(at, entry, memory, context) };
}

function eventsAt(at: number | undefined, entry: JsonRecord, memory: FileMemory, context: DecodeContext): DecodedLine {
  if (at === undefined) {
    context.unknown('no-timestamp');
    return { events: [] };
  }
  const facts = at < memory.copiedBefore ? [] : decodeEntry(entry, at, memory.attempts, context);
  return { at, events: facts.map((fact) => ({ ...fact, at })) };
}

/** When the line was written. The timestamp of a message is the start of its model call, so it is the second choice. */
function instantOf(entry: JsonRecord): number | undefined {
  return instant(entry['timestamp']) ?? instant(asRecord(entry['message'])?.['timestamp']);
}

function instant(value: unknown): number | undefined {
  const at = typeof value === 'string' ? Date.parse(value.slice(0, 40)) : asNumber(value);
  return at !== undefined && at >= EARLIEST_AT && at <= LATEST_AT ? Math.trunc(at) : undefined;
}

/** A prompt that is tried again continues its turn; every other line says how far its run has come. */
function decodeEntry(entry: JsonRecord, at: number, attempts: Attempts, context: DecodeContext): EventBody[] {
  const message = entry['type'] === 'message' ? (asRecord(entry['message']) ?? {}) : undefined;
  if (message?.['role'] === 'user') return decodePrompt(context.safe.id(entry['id']) ?? `line-${at}`, message, at, attempts, context);
  const facts = decodeOther(entry, at, context);
  recordProgress(attempts, facts, message !== undefined, at);
  return facts;
}

function decodePrompt(messageId: string, message: JsonRecord, at: number, attempts: Attempts, context: DecodeContext): EventBody[] {
  const prompt = promptOf(contentText(message['content']), runIdOf(message['idempotencyKey']));
  const facts = decodeUser(messageId, message, context);
  const started = facts.find((fact) => fact.type === 'turn_started');
  if (started === undefined || started.trigger.kind === 'command') return facts;
  const promptId = retriedPrompt(attempts, prompt, at);
  if (promptId === undefined) setPrompt(attempts, prompt, messageId, at);
  else recordRetry(attempts, at);
  if (promptId === undefined) return facts;
  const { text: _text, ...again } = started;
  return facts.map((fact) => (fact === started ? { ...again, trigger: { kind: 'recovery', promptId } } : fact));
}

function decodeOther(entry: JsonRecord, at: number, context: DecodeContext): EventBody[] {
  const type = asText(entry['type']) ?? '';
  switch (type) {
    case 'session':
      return [];
    case 'message':
      return decodeMessage(context.safe.id(entry['id']) ?? `line-${at}`, asRecord(entry['message']) ?? {}, context);
    case 'compaction':
      return [{ type: 'compacted' }];
    case 'custom':
      return decodeCustom(entry, context);
    default:
      if (!SILENT_ENTRIES.has(type)) context.unknown(`entry:${type}`);
      return [];
  }
}

function decodeMessage(messageId: string, message: JsonRecord, context: DecodeContext): EventBody[] {
  const role = asText(message['role']) ?? '';
  switch (role) {
    case 'assistant':
      return decodeAssistant(messageId, message, context);
    case 'toolResult':
      return decodeToolResult(message, context);
    default:
      if (!SILENT_ROLES.has(role)) context.unknown(`role:${role}`);
      return [];
  }
}

function decodeCustom(entry: JsonRecord, context: DecodeContext): EventBody[] {
  const kind = asText(entry['customType']) ?? '';
  if (PROMPT_ERROR.test(kind)) return [promptError(asRecord(entry['data']) ?? {}, context)];
  if (!SILENT_CUSTOM.test(kind)) context.unknown(`custom:${kind}`);
  return [];
}

/** 2026.2 writes `aborted` for a time-out, too; only 2026.7 says that the request timed out. */
function promptError(data: JsonRecord, context: DecodeContext): EventBody {
  const error = asText(data['error']) ?? '';
  const runId = context.safe.id(data['runId']);
  const run = runId === undefined ? {} : { runId };
  if (/\btimed out\b|\btimeout\b/i.test(error)) return { type: 'run_ended', outcome: 'timed_out', ...run };
  if (/\babort(?:ed)?\b/i.test(error)) return { type: 'run_ended', outcome: 'aborted', ...run };
  const reason = modelErrorReason(error, context.safe);
  return { type: 'run_ended', outcome: 'failed', ...run, ...(reason === undefined ? {} : { reason }) };
}
