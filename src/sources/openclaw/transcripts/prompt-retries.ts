// Owns the newest prompt of a transcript and how far its run has come, and tells whether a user line is that prompt once more. Only
// 2026.7 marks a repeated line; other versions write it as if somebody had asked again.

import { fingerprint } from '../../../core/turn.ts';
import type { EventBody } from '../decoding/decoded-event.ts';
import { asText, type JsonRecord } from '../../../core/json-guards.ts';
import type { RetryWording } from '../decoding/retry-wording.ts';
import { readUserText } from '../decoding/user-text.ts';

/** A user line, as far as it can be compared with another one. */
interface Prompt {
  wording: RetryWording['kind'];
  /** Of its words; empty when it has none of its own. */
  ownText: string;
  /** Of everything in it, when that names a time or a message: no two prompts are equal in that. */
  stamp?: string;
  /** The message it stands for, by its messenger. */
  messageId?: string;
  runId?: string;
}

/**
 * `stopped` by a person: what comes next is no retry. `failed` also when nobody said so but the answer was empty, or the run was
 * aborted by itself.
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

// A retry is written as soon as the attempt before it is over, or a back-off or a compaction later.
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

/** The line that was written first for this prompt when it is tried again at `at`; undefined for another prompt. */
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

/** Somebody asked: from now on this is the prompt that may be tried again. */
export function setPrompt(attempts: Attempts, prompt: Prompt, promptId: string, at: number): void {
  attempts.newest = { ...prompt, promptId, progress: 'unanswered', lastAt: at };
}

/** The newest prompt is tried again. */
export function recordRetry({ newest }: Attempts, at: number): void {
  if (newest !== undefined) Object.assign(newest, { progress: 'unanswered', lastAt: at });
}

/** What any other line says about the run; `isOfGateway`: the gateway wrote it, in the name of a person or of itself. */
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
