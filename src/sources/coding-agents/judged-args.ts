// Shortens the arguments of a tool call: for people, and for rules, which look at more than is shown.

import { type JsonRecord, jsonText } from '../../core/json-guards.ts';
import type { SafeText } from '../openclaw/decoding/safe-text.ts';

const MAX_ARGS = 12;
const MAX_NAME_POINTS = 60;
const MAX_JUDGED_POINTS = 2_000;
const COMMANDS: ReadonlySet<string> = new Set(['command', 'cmd']);

/** What rules may look at. It is shown nowhere. The lines of a command stay several commands. */
export function judgedArgs(args: JsonRecord, safe: SafeText): Record<string, string> {
  const judged = Object.entries(args).map(([name, value]): [string, unknown] => [name, COMMANDS.has(name) ? commandsIn(value) : value]);
  return shortened(judged, safe, MAX_JUDGED_POINTS);
}

/** A line that ends in a backslash goes on. */
function commandsIn(value: unknown): unknown {
  return typeof value === 'string' ? value.trim().replace(/(?<!\\)(?:\r?\n\s*)+/g, '; ') : value;
}

/** Each redacted in full, then one line. */
export function shortened(entries: readonly (readonly [string, unknown])[], safe: SafeText, maxPoints: number): Record<string, string> {
  const short: Record<string, string> = {};
  for (const [name, value] of entries.slice(0, MAX_ARGS)) {
    const shownName = safe.line(name, MAX_NAME_POINTS);
    const text = typeof value === 'string' ? value : jsonText(value);
    if (text !== undefined && !(shownName in Object.prototype)) short[shownName] = safe.argument(name, text, maxPoints);
  }
  return short;
}
