// Turns the arguments of a tool call into short lines of text.

import { asRecord, type JsonRecord, parseJson } from '../../../core/json-guards.ts';
import type { SafeText } from './safe-text.ts';

const MAX_ARGS = 12;
const MAX_VALUE_POINTS = 300;
const MAX_NAME_POINTS = 60;

/** The arguments as an object, also from providers that leave them as JSON text. */
export function argumentsOf(value: unknown): JsonRecord {
  if (typeof value !== 'string') return asRecord(value) ?? {};
  return asRecord(parseJson(value)) ?? { input: value };
}

/** At most 12 arguments, each redacted in full, then one line of at most 300 code points. */
export function shortArgs(args: JsonRecord, safe: SafeText): Record<string, string> {
  const short: Record<string, string> = {};
  let count = 0;
  for (const [name, value] of Object.entries(args)) {
    const text = valueText(value);
    const shownName = safe.line(name, MAX_NAME_POINTS);
    if (text === undefined || shownName in Object.prototype) continue;
    short[shownName] = safe.argument(name, text, MAX_VALUE_POINTS);
    if (++count === MAX_ARGS) break;
  }
  return short;
}

function valueText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  return typeof value === 'object' && value !== null ? jsonText(value) : undefined;
}

function jsonText(value: object): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '(nested too deeply)';
  }
}
