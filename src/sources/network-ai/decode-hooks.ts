// Decodes lines of the audit log of the hook bridge. Built from its described shape: no recording of it exists. Never throws.

import { asRecord, asText, parseJson } from '../../core/json-guards.ts';
import { instantOf } from './file-amounts.ts';
import type { Words } from './words.ts';

const DECISIONS = ['allow', 'deny', 'ask'] as const;

export type HookDecision = (typeof DECISIONS)[number];

export interface HookLine {
  at: number | undefined;
  decision: HookDecision;
  tool: string;
  /** Of the coding agent whose call was judged. */
  sessionId: string | undefined;
  agent: string | undefined;
}

/** `undefined` for what is no decision. */
export function decodeHookLine(text: string, words: Words): HookLine | undefined {
  const raw = asRecord(parseJson(text));
  const decision = DECISIONS.find((name) => name === asText(raw?.['decision'])?.toLowerCase());
  if (raw === undefined || decision === undefined) return undefined;
  return {
    at: instantOf(raw['timestamp']),
    decision,
    tool: words.name(raw['toolName']) ?? 'a tool',
    sessionId: words.id(raw['sessionId']),
    agent: words.name(raw['agentId']),
  };
}
