// Decodes an `assistant` line: one block of a message of the model, or a message that the program wrote itself.

import { setBounded } from '../../core/bounded-map.ts';
import type { Usage } from '../../core/event.ts';
import { asList, asNumber, asRecord, asText, type JsonRecord } from '../../core/json-guards.ts';
import { plainId } from '../coding-agents/plain-id.ts';
import type { Fact, FactBody } from './session-facts.ts';
import { answered, closeRun, endRun, resumeRun } from './session-runs.ts';
import { nameOfFailure } from './failed-call.ts';
import type { SessionLine } from './session-line.ts';
import { dated, type OpenRun, type TurnMemory } from './turn-memory.ts';
import { textOf } from './user-line.ts';

const SYNTHETIC_MODEL = '<synthetic>';
const NO_ANSWER = 'No response requested.';
/** `Task` until 2.0. */
const AGENT_TOOLS: ReadonlySet<string> = new Set(['Agent', 'Task']);
const MAX_AGENT_CALLS = 200;
const DEFAULT_AGENT_TYPE = 'general-purpose';

export function decodeAssistant(line: SessionLine, memory: TurnMemory, at: number, endsByText: boolean): Fact[] {
  const message = asRecord(line.record['message']) ?? {};
  const lineId = line.uuid ?? `line-${at}`;
  if (line.record['isApiErrorMessage'] === true) return endRun(memory, 'failed', at, failureOf(line.record, message));
  const isSynthetic = message['model'] === SYNTHETIC_MODEL;
  if (isSynthetic && textOf(message['content']).startsWith(NO_ANSWER)) return leftBehind(memory, at);
  const resumed = resumeRun(memory, at, { lineId, endsByText });
  const { run } = memory;
  if (run === undefined) return resumed;
  memory.request = undefined;
  const used = isSynthetic ? [] : usageFacts(message, memory, run);
  const blocks = asList(message['content']).flatMap((block, index) =>
    blockFacts(asRecord(block) ?? {}, index, { lineId, memory, run, at, message }),
  );
  return [...resumed, ...dated(used, at), ...blocks];
}

/** A session that was taken up again says that the run before was cut off. */
function leftBehind(memory: TurnMemory, at: number): Fact[] {
  return closeRun(memory, 'lost', memory.run?.lastAt ?? at);
}

function failureOf(record: JsonRecord, message: JsonRecord): { reason: string; text: string } {
  const status = asNumber(record['apiErrorStatus']);
  const kind = asText(record['apiErrorType']) ?? asText(record['error']);
  return { reason: nameOfFailure(status, kind === 'unknown' ? undefined : kind), text: textOf(message['content']) };
}

function usageFacts(message: JsonRecord, memory: TurnMemory, run: OpenRun): FactBody[] {
  const messageId = plainId(message['id']);
  const raw = asRecord(message['usage']);
  if (messageId === undefined || raw === undefined) return [];
  const usage = memory.newUsage(messageId, usageOf(raw));
  if (usage === undefined) return [];
  const contextTokens = usage.input + usage.cacheRead + usage.cacheWrite;
  const model = asText(message['model']);
  const named = model === undefined ? {} : { model };
  return [{ kind: 'used', runId: run.runId, messageId, ...named, usage }, ...memory.learn({ contextTokens, ...named })];
}

function usageOf(raw: JsonRecord): Usage {
  const count = (name: string): number => Math.max(0, asNumber(raw[name]) ?? 0);
  return {
    input: count('input_tokens'),
    output: count('output_tokens'),
    cacheRead: count('cache_read_input_tokens'),
    cacheWrite: count('cache_creation_input_tokens'),
    costUsd: 0,
  };
}

interface Place {
  lineId: string;
  memory: TurnMemory;
  run: OpenRun;
  at: number;
  message: JsonRecord;
}

/** Thinking is never told. */
function blockFacts(block: JsonRecord, index: number, { lineId, memory, run, at, message }: Place): Fact[] {
  const text = block['type'] === 'text' ? asText(block['text']) : undefined;
  if (text !== undefined) {
    const id = index === 0 ? lineId : `${lineId}:${index}`;
    return [{ kind: 'text', runId: run.runId, lineId: id, text, at }, ...answered(memory, run, message['stop_reason'], at)];
  }
  const [callId, tool] = [plainId(block['id']), asText(block['name'])];
  if (block['type'] !== 'tool_use' || callId === undefined || tool === undefined) return [];
  const input = asRecord(block['input']) ?? {};
  run.hasAnswered = false;
  memory.openCall(callId, tool);
  const call: FactBody = { kind: 'call', runId: run.runId, callId, tool, input };
  return AGENT_TOOLS.has(tool) ? [{ ...call, at }, agentCall(callId, input, memory, at)] : [{ ...call, at }];
}

function agentCall(callId: string, input: JsonRecord, memory: TurnMemory, at: number): Fact {
  const agentType = asText(input['subagent_type']) ?? DEFAULT_AGENT_TYPE;
  const number = (memory.agentsByType.get(agentType) ?? 0) + 1;
  memory.agentsByType.set(agentType, number);
  const [description, task] = [asText(input['description']) ?? '', asText(input['prompt']) ?? ''];
  const last = [...memory.agentCalls.values()].at(-1)?.at ?? 0;
  const called = { kind: 'agent_called', callId, agentType, number, description, task, at: Math.max(at, last + 1) } as const; // in the order of the calls
  setBounded(memory.agentCalls, callId, called, MAX_AGENT_CALLS);
  return called;
}
