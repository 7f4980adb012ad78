// Decodes lines of the audit log. Whole tokens stand in it: they are masked here. Never throws.

import { createHash } from 'node:crypto';
import { asList, asNumber, asRecord, asText, type JsonRecord, parseJson } from '../../core/json-guards.ts';
import { instantOf } from './file-amounts.ts';
import type { Words } from './words.ts';

/** What somebody may use, and for how long. `mark` stands for its token. */
export interface Grant {
  mark: string;
  agent: string;
  resource: string;
  limits: readonly string[];
  expiresAt: number | undefined;
  at: number | undefined;
}

export type ContextSection = 'decision' | 'goal' | 'milestone' | 'milestone_done' | 'ban' | 'change';

export type AuditFact =
  | { kind: 'handoff_refused'; taskId: string; from: string; to: string }
  /** `spend`: what would have passed the budget. */
  | { kind: 'shutdown'; taskId: string; spend: string | undefined }
  | { kind: 'requested'; agent: string; resource: string }
  | { kind: 'denied'; agent: string; resource: string; because: string }
  | { kind: 'granted'; grant: Grant }
  | { kind: 'revoked' | 'expired'; grants: readonly Pick<Grant, 'mark' | 'agent' | 'resource'>[] }
  | { kind: 'context'; section: ContextSection; text: string | undefined }
  /** Other files say the same. */
  | { kind: 'known' }
  | { kind: 'unknown'; action: string };

/** `id` is the same for the same line. */
export type AuditLine = AuditFact & { id: string; at: number | undefined };

const ID_CHARS = 12;
const MAX_LIMITS = 4;
const MAX_EXPIRED = 20;
const UNNAMED = 'unknown';
const SPEND = /Spend of ([\d,]{1,15}) would exceed/;
const KNOWN: ReadonlySet<string> = new Set(['budget_initialized', 'handoff_allowed']);
const SECTIONS: ReadonlyMap<string, ContextSection> = new Map([
  ['update_decisions', 'decision'],
  ['update_goals', 'goal'],
  ['milestone_add', 'milestone'],
  ['milestone_complete', 'milestone_done'],
  ['update_banned', 'ban'],
  ['update_stack', 'change'],
  ['init', 'change'],
]);

/** `undefined` for what is no line of an audit log. */
export function decodeAuditLine(text: string, words: Words): AuditLine | undefined {
  const raw = asRecord(parseJson(text));
  const action = asText(raw?.['action']);
  if (raw === undefined || action === undefined) return undefined;
  const fact = factOf(action, asRecord(raw['details']) ?? {}, words);
  return { ...fact, id: createHash('sha256').update(text).digest('hex').slice(0, ID_CHARS), at: instantOf(raw['timestamp']) };
}

function factOf(action: string, details: JsonRecord, words: Words): AuditFact {
  const section = SECTIONS.get(action);
  if (section !== undefined) return { kind: 'context', section, text: contextText(details, words) };
  switch (action) {
    case 'handoff_blocked':
      return { kind: 'handoff_refused', taskId: taskIn(details, words), ...routeIn(details, words) };
    case 'safety_shutdown':
      return { kind: 'shutdown', taskId: taskIn(details, words), spend: SPEND.exec(asText(details['reason']) ?? '')?.[1] };
    case 'permission_request':
      return { kind: 'requested', ...holderOf(details, words) };
    case 'permission_denied':
      return { kind: 'denied', ...holderOf(details, words), because: denialOf(details) };
    case 'permission_granted':
      return { kind: 'granted', grant: grantOf(details, words) };
    case 'permission_revoked':
      return { kind: 'revoked', grants: [grantOf(asRecord(details['original_grant']) ?? details, words)] };
    case 'ttl_cleanup':
      return { kind: 'expired', grants: expiredIn(details, words) };
    default:
      return KNOWN.has(action) ? { kind: 'known' } : { kind: 'unknown', action: words.name(action) ?? 'other' };
  }
}

/** A grant as the audit log and the file of active grants have it. */
export function grantOf(raw: JsonRecord, words: Words, token: unknown = raw['token']): Grant {
  return {
    mark: words.mark(asText(token) ?? ''),
    ...holderOf(raw, words),
    limits: asList(raw['restrictions'])
      .slice(0, MAX_LIMITS)
      .flatMap((limit) => words.name(limit) ?? []),
    expiresAt: instantOf(raw['expires_at']),
    at: instantOf(raw['granted_at']),
  };
}

function holderOf(raw: JsonRecord, words: Words): { agent: string; resource: string } {
  const resource = raw['resource_type'] ?? raw['resource'];
  return { agent: words.name(raw['agent_id'] ?? raw['agent']) ?? UNNAMED, resource: words.name(resource) ?? UNNAMED };
}

function expiredIn(details: JsonRecord, words: Words): Pick<Grant, 'mark' | 'agent' | 'resource'>[] {
  return asList(details['expired_tokens'])
    .slice(-MAX_EXPIRED)
    .flatMap((each) => {
      const raw = asRecord(each);
      return raw === undefined ? [] : [{ mark: words.mark(asText(raw['token']) ?? ''), ...holderOf(raw, words) }];
    });
}

/** The scores are looked at in this order, and what follows the first bad one is not known. */
function denialOf(details: JsonRecord): string {
  const scores = asRecord(details['scores']) ?? {};
  const deciding = ['risk', 'trust', 'justification'].find((name) => asNumber(scores[name]) !== undefined);
  if (deciding !== undefined) return `${deciding} ${Number((asNumber(scores[deciding]) ?? 0).toFixed(2))}`;
  return /high-risk/.test(asText(details['reason']) ?? '') ? 'high risk not confirmed' : 'no reason given';
}

function taskIn(details: JsonRecord, words: Words): string {
  return words.id(details['task_id']) ?? '';
}

function routeIn(details: JsonRecord, words: Words): { from: string; to: string } {
  return { from: words.name(details['from']) ?? UNNAMED, to: words.name(details['to']) ?? UNNAMED };
}

function contextText(details: JsonRecord, words: Words): string | undefined {
  const { added } = details;
  return words.sentence(asRecord(added)?.['decision'] ?? added ?? details['name']);
}
