// Decides whether a user line repeats the newest prompt of a transcript, from how far the run of that prompt has come. Only 2026.7
// marks a repeated line; other versions write it as if somebody had asked again.

import { fingerprint } from '../../../core/turn.ts';
import type { EventBody } from '../decoding/decoded-event.ts';
import { asText, type JsonRecord } from '../../../core/json-guards.ts';
import type { RetryWording } from '../decoding/retry-wording.ts';
import { readUserText } from '../decoding/user-text.ts';

/** A user line, as far as it can be compared with another one. */
interface Prompt {
  wording: RetryWording['kind'];
  /** Fingerprint of its own text; empty when it has none. */
  ownText: string;
  /** Fingerprint of the whole line, when that names a time or a message: then no two prompts share it. */
  stamp?: string;
  /** The id of the message, as its messenger gave it. */
  messageId?: string;
  runId?: string;
}

/**
 * `stopped` by a person: the next prompt is no retry. `failed` also includes an empty answer and a run that aborted by itself.
 */
type Progress = 'unanswered' | 'working' | 'failed' | 'stopped' | 'over';

interface Attempt extends Prompt {
  promptId: string;
  progress: Progress;
  lastAt: number;
}

export interface Attempts {
  newest?: Attempt;
}

// A retry is written right after the previous attempt, or after a back-off or a compaction.
const SOON_MS = 120_000;
const TIME_LINE = /^(?:Current time|Reference UTC|Now):[^\n]*$/gim;

/** A user line as a prompt; `text` is its whole text. */
export function promptOf(text: string, runId: string | undefined): Prompt {
  const { conversation, isEnveloped, wording, prompt } = readUserText(text);
  const ownText = prompt.replace(TIME_LINE, '').normalize('NFC').replace(/\s+/g, ' ').trim();
  const messageId = messageIdOf(conversation);
  return {
    wording,
    ownText: ownText === '' ? '' : fingerprint(ownText),
    ...(isEnveloped || conversation !== undefined ? { stamp: fingerprint(text) } : {}),
    ...(messageId === undefined ? {} : { messageId }),
    ...(runId === undefined ? {} : { runId }),
  };
}

function messageIdOf(conversation: JsonRecord | undefined): string | undefined {
  return asText(conversation?.['message_id']);
}

/** The id of the first line of this prompt if it is tried again at `at`; `undefined` for another prompt. */
export function retriedPrompt({ newest }: Attempts, prompt: Prompt, at: number): string | undefined {
  return newest !== undefined && isAgain(newest, prompt, at) ? newest.promptId : undefined;
}

function isAgain(before: Attempt, prompt: Prompt, at: number): boolean {
  if (prompt.messageId !== undefined || (before.messageId !== undefined && prompt.ownText !== ''))
    return prompt.messageId === before.messageId;
  const isSame = prompt.ownText === '' || prompt.ownText === before.ownText;
  if (prompt.wording === 'instructed') return isSame;
  if (before.progress === 'stopped' || before.progress === 'over') return false;
  if (prompt.wording === 'marked') return isSame;
  if (prompt.ownText === '' || !isSame) return false;
  if (prompt.runId !== undefined && before.runId !== undefined) return prompt.runId === before.runId;
  return (prompt.stamp !== undefined && prompt.stamp === before.stamp) || at - before.lastAt <= SOON_MS;
}

/** Somebody asked: from now on only this prompt can be tried again. */
export function setPrompt(attempts: Attempts, prompt: Prompt, promptId: string, at: number): void {
  attempts.newest = { ...prompt, promptId, progress: 'unanswered', lastAt: at };
}

/** The newest prompt is tried again. */
export function recordRetry({ newest }: Attempts, at: number): void {
  if (newest !== undefined) Object.assign(newest, { progress: 'unanswered', lastAt: at });
}

/** Records what any other line says about the run. `isOfGateway`: the gateway wrote it, for a person or for itself. */
export function recordProgress({ newest }: Attempts, facts: readonly EventBody[], isOfGateway: boolean, at: number): void {
  if (newest === undefined) return;
  newest.lastAt = Math.max(newest.lastAt, at);
  for (const fact of facts) newest.progress = progressAfter(newest.progress, fact, isOfGateway);
}

function progressAfter(before: Progress, fact: EventBody, isOfGateway: boolean): Progress {
  if (before === 'stopped') return before;
  if (fact.type === 'run_ended') {
    if (fact.outcome === 'yielded' || fact.outcome === 'done') return 'over';
    return isOfGateway && fact.outcome === 'aborted' ? 'stopped' : 'failed';
  }
  if (fact.type !== 'message' || fact.injected === true) return before;
  if (fact.stop === 'tools') return 'working';
  if (fact.stop === 'error' || fact.stop === 'aborted') return 'failed';
  return fact.text === undefined && fact.usage === undefined ? 'failed' : 'over';
}
