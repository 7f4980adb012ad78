// Owns what became of the texts that were redacted last: a box is drawn many times from the same texts, and redacting is dear. Knows no box.

const MOST_CHARS = 4_000_000; // the texts of a thousand boxes with what became of them; about 8 MB

/**
 * The same redactor, which answers from memory for a text that it was given not long ago. The texts that were not asked for longest are
 * forgotten when all together have more than `mostChars` characters. `redact` must be pure.
 */
export function cachedRedactor(redact: (text: string) => string, mostChars = MOST_CHARS): (text: string) => string {
  const redactedByText = new Map<string, string>();
  let chars = 0;
  const drop = (text: string): void => {
    const redacted = redactedByText.get(text);
    if (redacted === undefined) return;
    redactedByText.delete(text);
    chars -= text.length + redacted.length;
  };
  return (text) => {
    const redacted = redactedByText.get(text) ?? redact(text);
    drop(text);
    redactedByText.set(text, redacted); // the newest stands last
    chars += text.length + redacted.length;
    for (const oldest of redactedByText.keys()) {
      if (chars <= mostChars) break;
      drop(oldest);
    }
    return redacted;
  };
}
