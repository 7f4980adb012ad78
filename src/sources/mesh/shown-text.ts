// Makes one line for people of a text of the mesh: masked in full, then cut.

import { redactThenCut } from '../../text/redact.ts';
import { oneLine } from '../../text/text.ts';

/** `undefined` for what is no text. */
export type ShowText = (value: unknown, maxChars?: number) => string | undefined;

const MAX_CHARS = 120;
const MOST_READ = 20_000; // a text may have megabytes, and a line of a box has no use for them

export function textShower(redact: (text: string) => string): ShowText {
  return (value, maxChars = MAX_CHARS) => {
    if (typeof value !== 'string') return undefined;
    const text = oneLine(redactThenCut(value.slice(0, MOST_READ), maxChars, redact)).trim();
    return text === '' ? undefined : text;
  };
}
