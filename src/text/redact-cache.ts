// Keeps the results of the last redactions: a box is drawn many times from the same texts, and redacting is expensive.

const MOST_CHARS = 4_000_000; // the texts of a thousand boxes with their results; about 8 MB

/**
 * The same redactor with a cache. When all texts together have more than `mostChars` characters, it drops the least recently used ones.
 * `redact` must be pure.
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
    redactedByText.set(text, redacted); // the newest is last
    chars += text.length + redacted.length;
    for (const oldest of redactedByText.keys()) {
      if (chars <= mostChars) break;
      drop(oldest);
    }
    return redacted;
  };
}
