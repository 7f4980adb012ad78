// A tool event of a run: the two transports `agent` (stream `tool`) and `session.tool` carry the same payload.

import type { DecodeContext } from '../decoding/decode-context.ts';
import { rememberCall } from '../decoding/decode-context.ts';
import { decodeToolResult } from '../decoding/decode-tool-result.ts';
import type { Fact } from '../decoding/decoded-event.ts';
import { asList, asRecord, asText, type JsonRecord } from '../decoding/json-guards.ts';
import { planSteps } from '../decoding/plan-steps.ts';
import { argumentsOf, shortArgs } from '../decoding/tool-args.ts';
import type { Run } from './run-book.ts';

const MAX_NAME_POINTS = 80;
const MAX_QUESTION_POINTS = 200;
const COMMAND_ARGS = ['command', 'cmd', 'script', 'path', 'file_path', 'url'];

/** `tool_started` and what the arguments tell besides: a plan, a question to the person. */
export function decodeToolStart(run: Run, data: JsonRecord, context: DecodeContext): Fact[] {
  const { safe } = context;
  const callId = safe.id(data['toolCallId']);
  const name = asText(data['name']);
  if (callId === undefined || name === undefined || run.startedCalls.has(callId)) return [];
  run.startedCalls.add(callId);
  const tool = safe.line(name, MAX_NAME_POINTS);
  const rawArgs = argumentsOf(data['args']);
  const args = shortArgs(rawArgs, safe);
  const label = asText(rawArgs['label']);
  rememberCall(context, callId, { tool, ...(label === undefined ? {} : { label: safe.line(label, MAX_NAME_POINTS) }) });
  run.commandsByCall.set(callId, COMMAND_ARGS.map((arg) => args[arg]).find((text) => text !== undefined) ?? tool);
  const parentCallId = safe.id(data['parentToolCallId']);
  const parent = parentCallId === undefined ? {} : { parentCallId };
  const steps = planSteps(name, rawArgs, safe);
  return [
    { type: 'tool_started', callId, tool, args, runId: run.runId, ...parent },
    ...(steps === undefined ? [] : [{ type: 'plan_changed', steps } satisfies Fact]),
    ...(name === 'ask_user' ? [askStarted(run, callId, rawArgs, context)] : []),
  ];
}

function askStarted(run: Run, callId: string, args: JsonRecord, { safe }: DecodeContext): Fact {
  const question = asText(asRecord(asList(args['questions'])[0])?.['question']) ?? asText(args['question']);
  run.waitsByCall.set(callId, callId);
  return {
    type: 'waiting_started',
    waitId: callId,
    on: 'answer',
    ...(question === undefined ? {} : { text: safe.line(question, MAX_QUESTION_POINTS) }),
  };
}

/** `tool_ended` and what the result tells besides. That a run yields is told by its own end. */
export function decodeToolEnd(run: Run, data: JsonRecord, context: DecodeContext): Fact[] {
  const result = asRecord(data['result']) ?? {};
  const { toolCallId, name: toolName, isError } = data;
  const facts = decodeToolResult({ toolCallId, toolName, isError, content: result['content'], details: result['details'] }, context);
  return endedCall(run, facts);
}

/** The same for a tool result that the history holds. */
export function decodeToolMessage(run: Run, message: JsonRecord, context: DecodeContext): Fact[] {
  return endedCall(run, decodeToolResult(message, context));
}

function endedCall(run: Run, facts: Fact[]): Fact[] {
  const callId = facts[0]?.type === 'tool_ended' ? facts[0].callId : '';
  if (callId === '' || run.endedCalls.has(callId)) return [];
  run.endedCalls.add(callId);
  const waitId = run.waitsByCall.get(callId);
  run.commandsByCall.delete(callId);
  run.waitsByCall.delete(callId);
  const ends: Fact[] = waitId === undefined ? [] : [{ type: 'waiting_ended', waitId }];
  return [...ends, ...facts.filter((fact) => fact.type !== 'run_ended')];
}
