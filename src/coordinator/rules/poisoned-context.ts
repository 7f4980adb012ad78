// Finds instructions to the reader in what agents share as facts: a goal that says "ignore previous instructions" is none.

import { deedRule } from './deed-rule.ts';

/** Sentences that speak to whoever reads them, and not about the project. */
const INSTRUCTIONS: readonly RegExp[] = [
  /\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:previous|prior|above|earlier|all|any|your|system|safety)\b.{0,40}\b(?:instructions?|prompts?|rules?|directives?|guidelines?|polic(?:y|ies)|restrictions?|guardrails?)\b/i,
  /\b(?:act|behave|respond|operate)\s+as\s+(?:an?\s+|the\s+)?(?:admin(?:istrator)?|root|superuser|developer mode|system|dan|jailbroken|unrestricted)\b/i,
  /\byou\s+are\s+(?:now|no longer)\b.{0,60}\b(?:admin(?:istrator)?|root|unrestricted|jailbroken|bound|limited|restricted|assistant|dan|mode)\b/i,
  /\bpretend\s+(?:to\s+be|that\s+you\s+are|you\s+are)\b/i,
  /\b(?:reveal|print|repeat|leak|output)\b.{0,30}\b(?:system prompt|your instructions|hidden prompt|initial prompt)\b/i,
  /\bnew\s+(?:system\s+)?instructions?\s*:/i,
  /<\|?(?:im_start|im_end|system|endoftext)\|?>|\[\/?INST\]|<<\/?SYS>>/i,
  /\bdo\s+not\s+(?:tell|inform|alert|notify|mention (?:this|it) to)\s+(?:the\s+)?(?:user|operators?|humans?|supervisors?|anyone)\b/i,
];
const MAX_CHARS = 20_000;

export const poisonedContext = deedRule({
  name: 'poisoned-context',
  meaning: 'what agents share of a project has no instructions to its reader',
  byDefault: 'on',
  severity: 'violation',
  ofFact({ what, facts }) {
    const text = (facts['text'] ?? '').slice(0, MAX_CHARS);
    if (what !== 'context_text' || !isPoisoned(text)) return undefined;
    return { finding: 'poisoned', severity: 'violation', deed: 'shares a context with instructions to its reader' };
  },
});

/** Whether a text speaks to the agent that reads it. */
function isPoisoned(text: string): boolean {
  const plain = text
    .normalize('NFKC')
    .replace(/[\u200b-\u200f\u2060\ufeff]/g, '')
    .replace(/\s+/g, ' ');
  return INSTRUCTIONS.some((pattern) => pattern.test(plain));
}
