// Keeps the results of the last redactions: a box is drawn many times from the same texts, and redacting is expensive.

const MOST_CHARS = 4_000_000; // the texts of a thousand boxes with their results; about 8 MB

/**
 * The same redactor with a cache. When all texts together have more than `mostChars` characters, it drops those that were not asked for
 * lately: it keeps two generations, and what is asked for moves to the younger one. `redact` must be pure.
 */
export function cachedRedactor(redact: (text: string) => string, mostChars = MOST_CHARS): (text: string) => string {
  let young = new Map<string, string>();
  let old = new Map<string, string>();
  let chars = 0; // of the younger one
  return (text) => {
    const known = young.get(text);
    if (known !== undefined) return known;
    const redacted = old.get(text) ?? redact(text);
    const more = text.length + redacted.length;
    if (more > mostChars / 2) return redacted;
    if (chars + more > mostChars / 2) {
      old = young;
      young = new Map();
      chars = 0;
    }
    young.set(text, redacted);
    chars += more;
    return redacted;
  };
}
