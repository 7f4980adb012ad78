// Turns the arguments of a tool call into short lines of text.

import { asRecord, type JsonRecord, jsonText, parseJson } from '../../../core/json-guards.ts';
import type { DecodeContext, NeededArgs } from './decode-context.ts';

const MAX_ARGS = 12;
const MAX_VALUE_POINTS = 300;
const MAX_NAME_POINTS = 60;
const MAX_COMMAND_CHARS = 16_384; // as many as are redacted
/** What a person is shown who is asked to approve a call: the first of these arguments. */
const COMMAND_ARGS: readonly string[] = ['command', 'cmd', 'script', 'path', 'file_path', 'url'];

/** What a call does, as a person is asked about it: whole, and not redacted yet. */
export function commandIn(args: JsonRecord): string | undefined {
  const value = COMMAND_ARGS.map((name) => args[name]).find((arg) => !isBlank(arg));
  return valueText(value)?.slice(0, MAX_COMMAND_CHARS);
}

/** The arguments as an object, also from providers that leave them as JSON text. */
export function argumentsOf(value: unknown): JsonRecord {
  if (typeof value !== 'string') return asRecord(value) ?? {};
  return asRecord(parseJson(value)) ?? { input: value };
}

/** At most 12 arguments, each redacted in full, then one line of at most 300 code points. Long ones that nobody needs are left out. */
export function shortArgs(
  tool: string,
  args: JsonRecord,
  { safe, neededArgs }: Pick<DecodeContext, 'safe' | 'neededArgs'>,
): Record<string, string> {
  const short: Record<string, string> = {};
  let count = 0;
  for (const [name, text] of neededTexts(tool, args, neededArgs)) {
    const shownName = safe.line(name, MAX_NAME_POINTS);
    if (shownName in Object.prototype) continue;
    short[shownName] = safe.argument(name, text, MAX_VALUE_POINTS);
    if (++count === MAX_ARGS) break;
  }
  return short;
}

function neededTexts(tool: string, args: JsonRecord, neededArgs: NeededArgs): [name: string, text: string][] {
  const names = Object.keys(args).filter((name) => !isBlank(args[name]));
  const needed: ReadonlySet<string> = new Set([...neededArgs(tool, names), ...COMMAND_ARGS]);
  return Object.entries(args).flatMap(([name, value]) => {
    const text = needed.has(name) || isShort(value) ? valueText(value) : undefined;
    return text === undefined ? [] : [[name, text]];
  });
}

function isBlank(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === 'string' && value.trim() === '');
}

function isShort(value: unknown): boolean {
  return typeof value === 'string' ? value.length <= MAX_VALUE_POINTS : typeof value !== 'object';
}

function valueText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  return typeof value === 'object' && value !== null ? jsonText(value) : undefined;
}
