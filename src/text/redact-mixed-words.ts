// Finds long words of mixed letters and digits after a variable in capitals or a short option, or cut off.

import { isReadable } from './redact-values.ts';
import type { Span } from './redact-view.ts';

const MIN_CHARS = 24;
const MAX_BEFORE_CHARS = 80;
const VARIABLE = /\b([A-Z][A-Z0-9_]{3,60})["']?[ \t]{0,4}[:=][ \t]{0,4}["']?$/;
/** What stands before sums of files, and data in base64. */
const HASH = /(?:sha\d{1,3}[-:=]|base64,|integrity\W{1,4}|h1:|AAAA\w*)$/i;
const OPTION = /(?:^|\s)-[A-Za-z][ \t]{1,4}["']?$/;
/** Variables whose values look random and are public. */
const PUBLIC =
  /(?:HASH|SHA\d*|DIGEST|ID|SUM|INTEGRITY|PUBLIC\w*|CERT\w*|FINGERPRINT|URL|URI|PATH|VERSION|ETAG|CURSOR|REVISION|COMMIT|REF|NAME|DATA|IMAGE|SRI|MD5|BUILD|TAG)$/;

/** Values that look like keys, after names that announce nothing. */
export function mixedSpans(text: string, runs: readonly Span[]): Span[] {
  return runs.filter(({ start, end }) => {
    const before = text.slice(Math.max(0, start - MAX_BEFORE_CHARS), start);
    const isCutOff = /^(?:…|\.\.\.)/.test(text.slice(end, end + 3)) && !HASH.test(before);
    return (isCutOff || isAnnounced(before, end - start)) && isMixed(text.slice(start, end));
  });
}

function isAnnounced(before: string, length: number): boolean {
  if (!'"\'=: \t'.includes(before.at(-1) ?? 'a')) return false;
  const variable = VARIABLE.exec(before)?.[1];
  return (variable !== undefined && length >= MIN_CHARS && !PUBLIC.test(variable)) || OPTION.test(before);
}

/** Small and large letters and digits, several of each, in no order that words have. */
function isMixed(value: string): boolean {
  return [/[a-z][^a-z]*[a-z]/, /[A-Z][^A-Z]*[A-Z]/, /[0-9][^0-9]*[0-9]/].every((kind) => kind.test(value)) && !isReadable(value);
}
