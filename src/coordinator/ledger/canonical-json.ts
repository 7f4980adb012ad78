// Writes a JSON value in one form, so that it has one hash: keys are sorted at every depth, as the published tools do it.

import { createHash } from 'node:crypto';

/** How the publishers write JSON before they hash it, and how they write it into the file. */
export interface JsonStyle {
  /** Between members and behind a key: `,` and `:`, or with a blank. */
  comma: ',' | ', ';
  colon: ':' | ': ';
  /** Whether characters outside ASCII become `\u….` */
  ascii: boolean;
}

/** The usual form of a hash, the one of lineage entries, and that of the editor plugin. */
export const HASH_STYLES = {
  usual: { comma: ',', colon: ':', ascii: false },
  lineage: { comma: ',', colon: ':', ascii: true },
  plugin: { comma: ', ', colon: ': ', ascii: false },
} as const satisfies Record<string, JsonStyle>;

/** A line in the file: members in the order given. */
export const LINE_STYLE: JsonStyle = { comma: ', ', colon: ': ', ascii: true };

const MAX_DEPTH = 64; // deeper values could overflow the stack

/** A number as written in the file: a JavaScript number would lose the form of `1.0` and `1e3`. */
class NumberText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** The JSON text of a parsed value. Throws on a value deeper than 64 levels. */
export function jsonText(value: unknown, style: JsonStyle, sorted: boolean, depth = 0): string {
  if (depth > MAX_DEPTH) throw new RangeError('the value is nested too deeply');
  if (value instanceof NumberText) return value.text;
  if (Array.isArray(value)) return `[${value.map((item) => jsonText(item, style, sorted, depth + 1)).join(style.comma)}]`;
  if (typeof value === 'object' && value !== null) return objectText(Object.entries(value), style, sorted, depth);
  return typeof value === 'string' ? stringText(value, style.ascii) : JSON.stringify(value);
}

function objectText(entries: [string, unknown][], style: JsonStyle, sorted: boolean, depth: number): string {
  const ordered = sorted ? entries.sort(([a], [b]) => compareCodePoints(a, b)) : entries;
  return `{${ordered.map(([key, value]) => stringText(key, style.ascii) + style.colon + jsonText(value, style, sorted, depth + 1)).join(style.comma)}}`;
}

function stringText(text: string, ascii: boolean): string {
  const quoted = JSON.stringify(text);
  return ascii ? quoted.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`) : quoted;
}

/** The publishers sort by code point; JavaScript would put characters beyond U+FFFF before some within. */
function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0;
  const left = Array.from(a, (char) => char.codePointAt(0) ?? 0);
  const right = Array.from(b, (char) => char.codePointAt(0) ?? 0);
  const at = left.findIndex((code, index) => code !== right[index]);
  return at < 0 ? -1 : (left[at] ?? 0) - (right[at] ?? -1);
}

/** SHA-256 in hex over the canonical text. */
export function hashOf(value: unknown, style: JsonStyle): string {
  return createHash('sha256')
    .update(jsonText(value, style, true))
    .digest('hex');
}

/** Parses and keeps every number as it is written. Throws as `JSON.parse` does. */
export function parseKeepingNumbers(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' && context?.source !== undefined ? new NumberText(context.source) : value,
  );
}
