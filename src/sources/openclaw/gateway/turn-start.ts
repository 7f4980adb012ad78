// Reads from a message of the gateway who or what started a turn. Its marks say more than the transcripts of older versions.

import type { Trigger } from '../../../core/event.ts';
import type { DecodeContext } from '../decoding/decode-context.ts';
import { type CommandEnd, endedCommands } from '../decoding/decode-user.ts';
import type { EventBody } from '../decoding/decoded-event.ts';
import { contentText } from '../decoding/entry-text.ts';
import { isGatewayCommand } from '../decoding/gateway-command.ts';
import { asRecord, asText, type JsonRecord } from '../../../core/json-guards.ts';
import type { SafeText } from '../decoding/safe-text.ts';
import { internalTrigger, personOrOperator, personTrigger } from '../decoding/trigger.ts';
import { questionOf } from '../decoding/question.ts';
import { readUserText } from '../decoding/user-text.ts';

/** `messageId` is that of the message that caused the turn. */
export type TurnStart = Extract<EventBody, { type: 'turn_started' }>;

export interface DecodedTurnStart {
  /** Background commands whose end the text reports. */
  ended: CommandEnd[];
  started: TurnStart;
  /** The gateway answers the message itself; no run follows. */
  isAnswered: boolean;
}

const CRON_PREFIX = /^\[cron:[^\s\]]{1,100} ([^\]\n]{1,300})\]/;
const RUN_MARK = /^(?!channel-user:)(.+):user$/;
const MAX_NAME_POINTS = 80;

/** Prompts of scheduled jobs come with the role of the assistant. */
export function isTurnStart(message: JsonRecord): boolean {
  return message['role'] === 'user' || provenanceOf(message)?.['sourceTool'] === 'cron';
}

export function decodeTurnStart(messageId: string, message: JsonRecord, context: DecodeContext): DecodedTurnStart {
  const { safe } = context;
  const text = readUserText(contentText(message['content']));
  const ended = endedCommands(text, safe);
  const byMarks = triggerOfProvenance(message, safe) ?? triggerOfSender(message, safe);
  const isAnswered = byMarks?.kind !== 'schedule' && isGatewayCommand(text.body);
  const trigger: Trigger = isAnswered
    ? { kind: 'command' }
    : (byMarks ?? internalTrigger(text.body, safe) ?? personOrOperator(message, text, safe));
  const runId = safe.id(RUN_MARK.exec(asText(message['idempotencyKey']) ?? '')?.[1]);
  const started: TurnStart = {
    type: 'turn_started',
    trigger,
    messageId,
    ...(runId === undefined ? {} : { runId }),
    ...questionOf(text, trigger, context),
  };
  return { ended, isAnswered, started };
}

function provenanceOf(message: JsonRecord): JsonRecord | undefined {
  return asRecord(message['provenance']);
}

/** The trigger of a message that the gateway itself wrote; `sourceTool` names it. */
function triggerOfProvenance(message: JsonRecord, safe: SafeText): Trigger | undefined {
  const provenance = provenanceOf(message);
  const tool = asText(provenance?.['sourceTool']);
  if (provenance === undefined || tool === undefined) return undefined;
  if (tool === 'cron') return schedule(provenance, safe);
  if (tool.endsWith('restart_recovery')) return { kind: 'recovery' };
  if (tool === 'subagent_announce') return announce(provenance, safe);
  return tool === 'heartbeat' ? { kind: 'heartbeat' } : undefined;
}

function schedule(provenance: JsonRecord, safe: SafeText): Trigger {
  const jobId = safe.id(provenance['jobId']);
  const name = CRON_PREFIX.exec(asText(provenance['sourcePromptPrefix']) ?? '')?.[1];
  return {
    kind: 'schedule',
    ...(jobId === undefined ? {} : { jobId }),
    ...(name === undefined ? {} : { name: safe.line(name, MAX_NAME_POINTS) }),
  };
}

function announce(provenance: JsonRecord, safe: SafeText): Trigger {
  const childKey = safe.id(asText(provenance['sourceSessionKey'])?.toLowerCase());
  return { kind: 'announce', ...(childKey === undefined ? {} : { childKey }) };
}

/** `transport` names the person's post; every message of a person has the sender's id. */
function triggerOfSender(message: JsonRecord, safe: SafeText): Trigger | undefined {
  const marks = asRecord(message['__openclaw']);
  const transport = asRecord(marks?.['transport']);
  if (marks?.['senderId'] === undefined && transport?.['messageId'] === undefined) return undefined;
  const postId = transport?.['messageId'];
  const rootId = transport?.['threadId'] ?? transport?.['replyToId'];
  const from = { ...marks, ...transport };
  return personTrigger({ postId, userId: marks?.['senderId'], from, ...(rootId === postId ? {} : { rootId }) }, safe);
}
