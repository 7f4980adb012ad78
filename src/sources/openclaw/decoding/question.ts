// Extracts what a person asked for, for the one rule that compares it with the answer. Emitted only when that rule is on.

import type { Trigger } from '../../../core/event.ts';
import type { DecodeContext } from './decode-context.ts';
import type { UserText } from './user-text.ts';

const MAX_QUESTION_POINTS = 20_000;

/** The redacted prompt without the gateway's additions. Empty unless a person asked and the rule is on. */
export function questionOf({ prompt }: UserText, trigger: Trigger, { safe, emitsQuestions }: DecodeContext): { text?: string } {
  if (!emitsQuestions || trigger.kind !== 'person') return {};
  const text = safe.prose(prompt, MAX_QUESTION_POINTS);
  return text === '' ? {} : { text };
}
