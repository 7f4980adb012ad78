// Decodes a user line: what started a turn, and which background commands have ended. The text itself goes no further.

import type { Trigger } from '../../../core/event.ts';
import type { DecodeContext } from './decode-context.ts';
import { addRun } from './decode-context.ts';
import type { EventBody } from './decoded-event.ts';
import { contentText } from './entry-text.ts';
import { asText, type JsonRecord } from '../../../core/json-guards.ts';
import { questionOf } from './question.ts';
import type { SafeText } from './safe-text.ts';
import { findTrigger } from './trigger.ts';
import { readUserText, type UserText } from './user-text.ts';

export type CommandEnd = Extract<EventBody, { type: 'background_ended' }>;

const UNKNOWN: Trigger = { kind: 'unknown' };

/**
 * `background_ended` for every note about a finished command, then `turn_started`. A command that the gateway answered itself also gets
 * a `run_ended`, because no model run will end it. A line that a retry repeats gives no event.
 */
export function decodeUser(messageId: string, message: JsonRecord, context: DecodeContext): EventBody[] {
  const runId = context.safe.id(runIdOf(message['idempotencyKey']));
  if (runId !== undefined) {
    if (context.startedRuns.has(runId)) return [];
    addRun(context, runId);
  }
  const text = readUserText(contentText(message['content']));
  const { isAnswered, ...found } = findTrigger(message, text, context.safe);
  const trigger = isWithoutPrompt(text) && found.trigger.kind === 'operator' ? UNKNOWN : found.trigger;
  const run = runId === undefined ? {} : { runId };
  const ended = endedCommands(text, context.safe);
  const started: EventBody = { type: 'turn_started', trigger, messageId, ...run, ...questionOf(text, trigger, context) };
  return isAnswered ? [...ended, started, { type: 'run_ended', outcome: 'done', ...run }] : [...ended, started];
}

/** The background commands whose end the text reports. */
export function endedCommands(text: UserText, safe: SafeText): CommandEnd[] {
  return text.endedCommands.flatMap((command): CommandEnd[] => {
    const handle = safe.id(command.handle);
    return handle === undefined ? [] : [{ ...command, type: 'background_ended', handle }];
  });
}

/** 2026.7 marks lines with `<runId>:user`, `<runId>:assistant` or the bare run id. */
export function runIdOf(idempotencyKey: unknown): string | undefined {
  return asText(asText(idempotencyKey)?.replace(/:(?:user|assistant)$/, ''));
}

/** The line asks to go on, and the prompt to go on with is nowhere. */
function isWithoutPrompt({ wording, prompt }: UserText): boolean {
  return wording !== 'plain' && prompt === '';
}
