// What a person asked for, for the one rule that compares it with the answer. Told only when that rule is switched on.

import type { Trigger } from '../../../core/event.ts';
import type { DecodeContext } from './decode-context.ts';
import type { UserText } from './user-text.ts';

const MAX_QUESTION_POINTS = 20_000;

/** Redacted, without what the gateway puts around it; nothing unless a person asked and somebody wants to know. */
export function questionOf({ words }: UserText, trigger: Trigger, { safe, emitsQuestions }: DecodeContext): { text?: string } {
  if (!emitsQuestions || trigger.kind !== 'person') return {};
  const text = safe.prose(words, MAX_QUESTION_POINTS);
  return text === '' ? {} : { text };
}
