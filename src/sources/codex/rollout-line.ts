// Looks at a line of a rollout: its kind first, and only what matters is parsed. The first lines of a thread weigh up to 70 KB.

import { asNumber, asRecord, asText, type JsonRecord, parseJson } from '../../core/json-guards.ts';
import type { Entry } from '../../files/log-format.ts';
import { hashKeyOf } from '../../files/seen-entries.ts';
import { plausibleInstant } from '../coding-agents/plausible-instant.ts';

/** `kind` is the type, with the payload's type behind a slash where it has one. */
export interface RolloutLine {
  at: number;
  kind: string;
  payload: JsonRecord;
}

/** `silent`: known, and changes nothing in a box. `unknown`: `kind` is to be counted. */
export type Look = { line: RolloutLine } | { silent: true } | { unknown: string };

const SILENT_KINDS: ReadonlySet<string> = new Set([
  'world_state',
  'inter_agent_communication_metadata',
  'retained_context',
  'event_msg/thread_settings_applied',
  'event_msg/agent_reasoning',
  'event_msg/context_compacted',
  'response_item/message',
  'response_item/reasoning',
  'response_item/agent_message',
  'response_item/additional_tools',
  'response_item/tool_search_call',
  'response_item/tool_search_output',
]);
const TYPES_WITH_KINDS: ReadonlySet<string> = new Set(['event_msg', 'response_item']);
const BEGINNING = /^\{"timestamp":"([^"\\]{10,40})",(?:"ordinal":(\d{1,15}),)?"type":"(\w{1,60})"(?:,"payload":\{"type":"(\w{1,60})")?/;
const NEXT_LINE = '{"timestamp":"';

/** Never throws, whatever the text is. */
export function lookAt(text: string): Look {
  const begun = BEGINNING.exec(text);
  const early = begun === null ? undefined : kindOf(begun[3], begun[4]);
  if (early !== undefined && SILENT_KINDS.has(early)) return { silent: true };
  // The history that a compaction replaces is long, and nobody needs it.
  if (early === 'compacted' && begun !== null) return lineOf(begun[1], early, {});
  return parsed(text);
}

function parsed(text: string): Look {
  const raw = asRecord(parseJson(text));
  if (raw === undefined) return { unknown: 'invalid-json' };
  const payload = asRecord(raw['payload']) ?? {};
  const kind = kindOf(asText(raw['type']), asText(payload['type']));
  if (kind === undefined) return { unknown: 'no-type' };
  return SILENT_KINDS.has(kind) ? { silent: true } : lineOf(raw['timestamp'], kind, payload);
}

function kindOf(type: string | undefined, inner: string | undefined): string | undefined {
  if (type === undefined || !TYPES_WITH_KINDS.has(type)) return type;
  return inner === undefined ? undefined : `${type}/${inner}`;
}

function lineOf(timestamp: unknown, kind: string, payload: JsonRecord): Look {
  const at = plausibleInstant(typeof timestamp === 'string' ? Date.parse(timestamp.slice(0, 40)) : asNumber(timestamp));
  return at === undefined ? { unknown: 'no-timestamp' } : { line: { at, kind, payload } };
}

/** When the line was written. */
export function writtenAt(text: string): number | undefined {
  const at = Date.parse(BEGINNING.exec(text)?.[1] ?? '');
  return Number.isNaN(at) ? undefined : at;
}

/** The entries in a line: two, when a crash cut one off and the next writer went on right after it. */
export function entriesOf(text: string): Entry[] {
  const next = text.indexOf(NEXT_LINE, 1) < 0 || isWhole(text) ? -1 : text.lastIndexOf(NEXT_LINE);
  if (next <= 0) return [{ text, key: keyOf(text) }];
  const torn = text.slice(0, next);
  return [{ text: torn, key: hashKeyOf(torn) }, ...entriesOf(text.slice(next))];
}

/** An ordinal counts over the files of a thread; a rewind begins its new file with numbers that the old one has, too. */
function keyOf(text: string): string {
  const ordinal = BEGINNING.exec(text)?.[2];
  return ordinal === undefined || !text.endsWith('}') ? hashKeyOf(text) : `o${ordinal}`;
}

function isWhole(text: string): boolean {
  return asRecord(parseJson(text)) !== undefined;
}
