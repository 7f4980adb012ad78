// Reads what a tool that asks people asks: OpenClaw, Claude Code and Codex agree on the form. Pure.

import { asList, asRecord, asText, type JsonRecord } from '../../../core/json-guards.ts';

/** Every question on lines of its own, with the answers it offers below; '' for none. Not redacted. */
export function askedQuestions(args: JsonRecord): string {
  const several = asList(args['questions']).map(questionIn);
  return [...several, ...(several.length === 0 ? [questionIn(args)] : [])].filter((text) => text !== '').join('\n\n');
}

function questionIn(value: unknown): string {
  const asked = asRecord(value);
  const options = asList(asked?.['options']).flatMap((option) => asText(asRecord(option)?.['label']) ?? asText(option) ?? []);
  return [asText(asked?.['question']) ?? '', ...options.map((option) => `- ${option}`)].join('\n').trim();
}
