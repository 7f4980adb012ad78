// A model call's error as one short line.

import { asRecord, asText, type JsonRecord, parseJson } from './json-guards.ts';
import type { SafeText } from './safe-text.ts';

const MAX_REASON_POINTS = 200;
const MAX_JSON_CHARS = 20_000;

/**
 * `429 Rate limit exceeded` stays as it is; of `400 {"type":"error","error":{"message":"Bad request"}}` the message is taken.
 * Only the first line counts, redacted.
 */
export function modelErrorReason(value: unknown, safe: SafeText): string | undefined {
  const raw = asText(value);
  if (raw === undefined) return undefined;
  const redacted = safe.whole(raw);
  const text = messageInJson(redacted) ?? redacted;
  const first = text.split('\n').find((line) => line.trim() !== '');
  return first === undefined ? undefined : asText(safe.line(first, MAX_REASON_POINTS));
}

function messageInJson(text: string): string | undefined {
  const start = text.indexOf('{');
  if (start < 0 || start > 100 || text.length > MAX_JSON_CHARS) return undefined;
  const message = messageOf(asRecord(parseJson(text.slice(start))));
  return message === undefined ? undefined : `${text.slice(0, start)}${message}`;
}

function messageOf(json: JsonRecord | undefined): string | undefined {
  return asText(asRecord(json?.['error'])?.['message']) ?? asText(json?.['message']);
}
