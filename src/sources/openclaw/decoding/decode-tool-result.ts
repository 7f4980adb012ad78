// Decodes a tool result: the end of its call, and what some results also show: a new sub-agent, ended background commands, a run that yields.

import type { DecodeContext } from './decode-context.ts';
import type { EventBody } from './decoded-event.ts';
import { contentText } from './entry-text.ts';
import { asRecord, asText, type JsonRecord, parseJson } from '../../../core/json-guards.ts';
import { SYNTHETIC_RESULT } from './tool-failure.ts';
import { endedByProcessTool, outcomeOf, type ToolResult } from './call-outcome.ts';

const MAX_NAME_POINTS = 80;
const MAX_KEY_CHARS = 300;
const MAX_JSON_CHARS = 100_000;

/** `tool_ended` first, then what follows from it. A result without the id of a call gives no event. */
export function decodeToolResult(message: JsonRecord, context: DecodeContext): EventBody[] {
  const callId = context.safe.id(message['toolCallId'] ?? message['toolUseId']);
  if (callId === undefined) return [];
  const known = context.callsById.get(callId);
  const name = asText(message['toolName']);
  const tool = name === undefined ? (known?.tool ?? 'tool') : context.safe.line(name, MAX_NAME_POINTS);
  const result: ToolResult = {
    tool,
    text: contentText(message['content']),
    details: asRecord(message['details']) ?? {},
    isError: message['isError'] === true,
  };
  context.callsById.delete(callId);
  if (result.isError && SYNTHETIC_RESULT.test(result.text.slice(0, 300))) return []; // the call ends with its run
  const outcome = outcomeOf(result, context);
  return [
    { type: 'tool_ended', callId, tool, outcome },
    ...(outcome.kind === 'failed' ? [] : childSpawned(callId, result, known?.label, context)),
    ...endedByProcessTool(result, context.safe).map((ended): EventBody => ({ type: 'background_ended', ...ended })),
    ...(isYield(result) ? [{ type: 'run_ended', outcome: 'yielded' } satisfies EventBody] : []),
  ];
}

/** A sub-agent that failed to start has a key, too. The details have the child's session key; if they were trimmed, only the text has it. */
function childSpawned(callId: string, result: ToolResult, label: string | undefined, context: DecodeContext): EventBody[] {
  if (result.tool !== 'sessions_spawn') return [];
  const found = asText(result.details['childSessionKey']) ?? asText(jsonOf(result.text)?.['childSessionKey']);
  const key = found?.toLowerCase();
  if (key === undefined || !key.startsWith('agent:') || key.length > MAX_KEY_CHARS) return [];
  const isPart = key.endsWith(MASKED);
  const childKey = context.safe.id(isPart ? key.slice(0, -MASKED.length) : key);
  if (childKey === undefined) return [];
  return [{ type: 'child_spawned', callId, childKey, ...(isPart ? { isPart } : {}), ...(label === undefined ? {} : { label }) }];
}

/** OpenClaw takes some ids for keys by chance, and masks their ends (seen with 2026.7.35: one that ends with `fc-` and twelve digits). */
const MASKED = '***';

function jsonOf(text: string): JsonRecord | undefined {
  return text.startsWith('{') && text.length <= MAX_JSON_CHARS ? asRecord(parseJson(text)) : undefined;
}

/** The agent handed its turn over to its sub-agents; they will wake it. */
function isYield(result: ToolResult): boolean {
  return result.tool === 'sessions_yield' && (result.details['status'] ?? jsonOf(result.text)?.['status']) === 'yielded';
}
