// Decodes a tool event of a run. The two transports, `agent` (stream `tool`) and `session.tool`, carry the same payload.

import { SUMMARY_ARG } from '../../../core/turn.ts';
import type { DecodeContext } from '../decoding/decode-context.ts';
import { addCall } from '../decoding/decode-context.ts';
import { askedQuestions } from '../decoding/asked-questions.ts';
import { decodeToolResult } from '../decoding/decode-tool-result.ts';
import type { EventBody } from '../decoding/decoded-event.ts';
import { asNumber, asRecord, asText, type JsonRecord } from '../../../core/json-guards.ts';
import { planSteps } from '../decoding/plan-steps.ts';
import { argumentsOf, commandIn, shortArgs } from '../decoding/tool-args.ts';
import type { Run } from './run.ts';

const MAX_NAME_POINTS = 80;
const MAX_SUMMARY_POINTS = 200;
const MAX_QUESTION_POINTS = 2_900;
const ASK_S = 900; // a question without a time of its own waits this long in 2026.9, and never outside the two bounds below
const MIN_ASK_S = 30;
const MAX_ASK_S = 3_600;
/** The gateway itself sends that nobody answered. Only when we missed that does the clock end a wait. */
export const WAIT_GRACE_MS = 5_000;

/** `tool_started`, and what else the arguments contain: a plan, or a question to the person. */
export function decodeToolStart(run: Run, at: number, data: JsonRecord, context: DecodeContext): EventBody[] {
  const { safe } = context;
  const callId = safe.id(data['toolCallId']);
  const name = asText(data['name']);
  if (callId === undefined || name === undefined || run.startedCalls.get(callId) === 'whole') return [];
  run.startedCalls.set(callId, 'whole');
  const tool = safe.line(name, MAX_NAME_POINTS);
  const rawArgs = argumentsOf(data['args']);
  const args = shortArgs(name, rawArgs, context);
  const label = asText(rawArgs['label']);
  addCall(context, callId, { tool, ...(label === undefined ? {} : { label: safe.line(label, MAX_NAME_POINTS) }) });
  run.commandsByCall.set(callId, commandIn(rawArgs) ?? tool);
  const parentCallId = safe.id(data['parentToolCallId']);
  const parent = parentCallId === undefined ? {} : { parentCallId };
  const steps = planSteps(name, rawArgs, safe);
  return [
    { type: 'tool_started', callId, tool, args, runId: run.runId, ...parent },
    ...(steps === undefined ? [] : [{ type: 'plan_changed', steps } satisfies EventBody]),
    ...(name === 'ask_user' ? [askStarted(callId, at, rawArgs, context)] : []),
  ];
}

function askStarted(callId: string, at: number, args: JsonRecord, { safe }: DecodeContext): EventBody {
  const question = askedQuestions(args);
  const seconds = Math.min(MAX_ASK_S, Math.max(MIN_ASK_S, asNumber(args['timeoutSeconds']) ?? ASK_S));
  return {
    type: 'waiting_started',
    waitId: callId,
    callId,
    on: 'answer',
    until: at + seconds * 1_000 + WAIT_GRACE_MS,
    ...(question === '' ? {} : { text: safe.lines(question, MAX_QUESTION_POINTS) }),
  };
}

/**
 * The beginning of a call of which only a summary or the result came. Its arguments come from a message, else from the one line that the
 * gateway itself shows.
 */
export function decodeItemStart(run: Run, at: number, data: JsonRecord, context: DecodeContext): EventBody[] {
  const { safe } = context;
  const callId = safe.id(data['toolCallId']);
  const name = asText(data['name']);
  if (callId === undefined || name === undefined || run.startedCalls.has(callId)) return [];
  const args = run.argsByCall.get(callId);
  if (args !== undefined) return decodeToolStart(run, at, { ...data, args }, context);
  run.startedCalls.set(callId, 'named');
  const tool = safe.line(name, MAX_NAME_POINTS);
  addCall(context, callId, { tool });
  const meta = asText(data['meta']);
  const summary = meta === undefined ? {} : { [SUMMARY_ARG]: safe.line(meta, MAX_SUMMARY_POINTS) };
  return [{ type: 'tool_started', callId, tool, args: summary, runId: run.runId }];
}

/** The end of a call of which only a summary came. */
export function decodeItemEnd(run: Run, at: number, data: JsonRecord, context: DecodeContext): EventBody[] {
  const { toolCallId, name: toolName, status, error } = data;
  const isError = status === 'failed';
  const content = isError && typeof error === 'string' ? [{ type: 'text', text: error }] : [];
  return endedCall(run, at, decodeToolResult({ toolCallId, toolName, isError, content }, context));
}

/** `tool_ended`, and what else the result contains. That the run yields comes with the run's own end. */
export function decodeToolEnd(run: Run, at: number, data: JsonRecord, context: DecodeContext): EventBody[] {
  const result = asRecord(data['result']) ?? {};
  const { toolCallId, name: toolName, isError } = data;
  const begun = decodeItemStart(run, at, data, context);
  const events = decodeToolResult({ toolCallId, toolName, isError, content: result['content'], details: result['details'] }, context);
  return [...begun, ...endedCall(run, at, events)];
}

/** The same for a tool result in the history. */
export function decodeToolMessage(run: Run, at: number, message: JsonRecord, context: DecodeContext): EventBody[] {
  return endedCall(run, at, decodeToolResult(message, context));
}

function endedCall(run: Run, at: number, events: EventBody[]): EventBody[] {
  const callId = events[0]?.type === 'tool_ended' ? events[0].callId : '';
  if (callId === '' || run.endedCalls.has(callId)) return [];
  run.endedCalls.add(callId);
  run.commandsByCall.delete(callId);
  run.isCutOff = events[0]?.type === 'tool_ended' && events[0].outcome.kind === 'aborted';
  if (events.some((event) => event.type === 'run_ended')) run.impliedEnd = { outcome: 'yielded', at };
  return events.filter((event) => event.type !== 'run_ended');
}
