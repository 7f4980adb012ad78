// Takes secrets out of text. Owns the order of the detectors; knows nothing of where a text comes from or goes to.

import { blockSpans } from './redact-blocks.ts';
import { createOwnFinder } from './redact-own.ts';
import { pairSpans } from './redact-pairs.ts';
import { joinedSpans, lineSpans } from './redact-places.ts';
import { shapeSpans } from './redact-shapes.ts';
import { joinLines, maskSpans, spanInSource } from './redact-view.ts';
import { cut, dropInvisible } from './text.ts';

const MAX_SCANNED_CHARS = 65_536; // what is shown has a few hundred; scanning a whole build log for it would be waste
const MAX_PASSES = 6; // every pass beyond the second is rare
const MAX_TOKEN_CHARS = 4_096; // no secret of one line is longer

/**
 * A function that replaces every secret in a text by `[redacted]`: the key shapes of the big providers, private keys, authorization
 * headers, passwords in addresses and commands, values of names like `API_KEY`, and `ownSecrets` in all encodings.
 *
 * Characters that nobody sees are dropped first when there is something to mask, so that they cannot split a key; a text
 * without secrets comes back as it is. Idempotent, never throws, linear in the length of the text.
 */
export function createRedactor(ownSecrets: readonly string[]): (text: string) => string {
  const ownSpans = createOwnFinder(ownSecrets);
  const mask = (text: string): string => {
    const visible = dropInvisible(text);
    const joined = joinLines(visible, 'all');
    const lines = joinLines(visible, 'explicit');
    const inJoined = [...ownSpans(joined), ...shapeSpans(joined), ...joinedSpans(joined)];
    const inLines = [...pairSpans(lines.text), ...lineSpans(lines.text)];
    const spans = [
      ...inJoined.map((span) => spanInSource(joined, span)),
      ...inLines.map((span) => spanInSource(lines, span)),
      ...blockSpans(visible),
    ];
    return spans.length === 0 ? text : maskSpans(visible, spans);
  };
  return (text) => untilStable(text, mask);
}

/** A mark can uncover what was hidden in a longer match, so the result is looked at again. */
function untilStable(text: string, mask: (text: string) => string): string {
  let before = text;
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const after = mask(before);
    if (after === before) return after;
    before = after;
  }
  return before;
}

/**
 * Masks first and shortens after, so that no half of a secret survives at the cut. Of a very long text only the beginning
 * is looked at; the word at that border is dropped because it may be half a secret. At most `maxCodePoints`.
 */
export function redactThenCut(text: string, maxCodePoints: number, redact: (text: string) => string): string {
  if (text.length <= MAX_SCANNED_CHARS) return cut(redact(text), maxCodePoints);
  const head = text.slice(0, MAX_SCANNED_CHARS);
  const border = Math.max(head.search(/\s\S*$/), MAX_SCANNED_CHARS - MAX_TOKEN_CHARS);
  return cut(`${redact(head.slice(0, border))}…`, maxCodePoints);
}
