// Decodes an assistant line: the agent's text, how its model call stopped, and its tool calls. The gateway itself writes such lines, too.

import type { MessageStop } from '../../../core/event.ts';
import { type DecodeContext, addCall } from './decode-context.ts';
import { runIdOf } from './decode-user.ts';
import type { EventBody } from './decoded-event.ts';
import { contentText, visibleText } from './entry-text.ts';
import { modelErrorReason } from './error-reason.ts';
import type { SafeText } from './safe-text.ts';
import { asList, asRecord, asText, type JsonRecord } from '../../../core/json-guards.ts';
import { planSteps } from './plan-steps.ts';
import { argumentsOf, shortArgs } from './tool-args.ts';
import { decodeUsage } from './decode-usage.ts';

const MAX_TEXT_POINTS = 2_000;
const MAX_NAME_POINTS = 80;
const MAX_MODEL_POINTS = 100;
const CALL_BLOCKS: ReadonlySet<string> = new Set(['toolCall', 'toolUse', 'tool_use', 'functionCall']);
const OWN_PROVIDERS: ReadonlySet<string> = new Set(['openclaw', 'moltbot', 'clawdbot']);
const OWN_MODELS: ReadonlySet<string> = new Set(['gateway-injected', 'delivery-mirror']);
const IGNORED_BLOCKS: ReadonlySet<string> = new Set([
  'text',
  'thinking',
  'redactedThinking',
  'redacted_thinking',
  'image',
  'audio',
  'document',
]);

/** `message` first, then `tool_started` per call and `plan_changed`, so that the text stands above its calls. */
export function decodeAssistant(messageId: string, message: JsonRecord, context: DecodeContext): EventBody[] {
  const said = decodeSaid(messageId, message, context);
  if (said.type !== 'message' || said.injected === true || said.stop === 'error' || said.stop === 'aborted') return [said];
  return [said, ...callBlocks(message['content']).flatMap((call) => decodeCall(call, context))];
}

/** What an assistant line says beside its calls: a `message`, or the end of a run that the gateway itself wrote. */
export function decodeSaid(messageId: string, message: JsonRecord, context: DecodeContext): EventBody {
  if (isOfGateway(message)) return decodeSynthetic(messageId, message, context);
  const { safe } = context;
  countUnknown(message['content'], context);
  const calls = callBlocks(message['content']);
  const stop = stopOf(message['stopReason'], calls.length > 0, context);
  const text = textOf(message, context);
  const reason = stop === 'error' ? reasonOf(message, safe) : undefined;
  const model = asText(message['model']);
  const usage = decodeUsage(message['usage']);
  return {
    type: 'message',
    messageId,
    stop,
    ...(text === undefined ? {} : { text }),
    ...(reason === undefined ? {} : { reason }),
    ...(model === undefined ? {} : { model: safe.line(model, MAX_MODEL_POINTS) }),
    ...(usage === undefined ? {} : { usage }),
  };
}

/** In early 2026 the gateway named neither itself nor a model, or used an older name for itself. */
function isOfGateway({ provider, model, stopReason }: JsonRecord): boolean {
  return OWN_PROVIDERS.has(asText(provider) ?? '') || OWN_MODELS.has(asText(model) ?? '') || stopReason === 'injected';
}

/** An abort repeats text of another line. We show a mirrored message or an answer to a command, but it ends nothing. */
function decodeSynthetic(messageId: string, message: JsonRecord, context: DecodeContext): EventBody {
  const abort = asRecord(message['openclawAbort']);
  const runId = context.safe.id(asText(abort?.['runId']) ?? runIdOf(message['idempotencyKey']));
  const run = runId === undefined ? {} : { runId };
  if (abort !== undefined) return { type: 'run_ended', outcome: 'aborted', ...run };
  const text = textOf(message, context);
  return { type: 'message', messageId, stop: 'stop', injected: true, ...(text === undefined ? {} : { text }), ...run };
}

function textOf(message: JsonRecord, context: DecodeContext): string | undefined {
  const visible = visibleText(contentText(message['content']));
  return visible === undefined ? undefined : asText(context.safe.prose(visible, MAX_TEXT_POINTS));
}

/** If the error gives no reason, the provider's own answer may. */
function reasonOf(message: JsonRecord, safe: SafeText): string | undefined {
  const reasons = ['errorMessage', 'errorBody', 'error', 'errorType', 'errorCode'].map((name) => modelErrorReason(message[name], safe));
  return reasons.find((reason) => reason !== undefined);
}

/** Some providers send `stop` with calls: OpenClaw makes the calls and the run goes on. */
function stopOf(stopReason: unknown, hasCalls: boolean, context: DecodeContext): MessageStop {
  switch (stopReason) {
    case 'error':
    case 'aborted':
      return stopReason;
    case 'length':
      return hasCalls ? 'tools' : 'length';
    case 'toolUse':
      return 'tools';
    default:
      if (stopReason !== 'stop') context.unknown(`stop:${asText(stopReason) ?? 'none'}`);
      return hasCalls ? 'tools' : 'stop';
  }
}

function callBlocks(content: unknown): JsonRecord[] {
  return asList(content).flatMap((value) => {
    const block = asRecord(value);
    return block !== undefined && CALL_BLOCKS.has(kindOf(block)) ? [block] : [];
  });
}

function countUnknown(content: unknown, context: DecodeContext): void {
  for (const value of asList(content)) {
    const block = asRecord(value);
    const kind = block === undefined ? 'text' : kindOf(block);
    if (!CALL_BLOCKS.has(kind) && !IGNORED_BLOCKS.has(kind)) context.unknown(`block:${kind}`);
  }
}

function kindOf(block: JsonRecord): string {
  return asText(block['type']) ?? '';
}

function decodeCall(block: JsonRecord, context: DecodeContext): EventBody[] {
  const { safe } = context;
  const callId = safe.id(block['id']);
  const name = asText(block['name']);
  if (callId === undefined || name === undefined) return [];
  const tool = safe.line(name, MAX_NAME_POINTS);
  const args = argumentsOf(block['arguments'] ?? block['input']);
  const label = asText(args['label']);
  addCall(context, callId, { tool, ...(label === undefined ? {} : { label: safe.line(label, MAX_NAME_POINTS) }) });
  const steps = planSteps(name, args, safe);
  const started: EventBody = { type: 'tool_started', callId, tool, args: shortArgs(name, args, context) };
  return steps === undefined ? [started] : [started, { type: 'plan_changed', steps }];
}
