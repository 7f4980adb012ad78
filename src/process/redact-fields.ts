// Redacts every string inside a value that is about to leave the process as JSON.

const MAX_DEPTH = 8; // Deeper than any value we log or report; it also ends loops.

/** A copy of `value` with all its strings redacted, map keys too. Errors become plain objects with their causes. */
export function redactFields(value: unknown, redact: (text: string) => string, depth = 0): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? String(value) : value;
  if (depth >= MAX_DEPTH) return '[too deep]';
  if (Array.isArray(value)) return value.map((item) => redactFields(item, redact, depth + 1));
  const plain = value instanceof Error ? plainError(value) : value;
  return Object.fromEntries(Object.entries(plain).map(([key, item]) => [redact(key), redactFields(item, redact, depth + 1)]));
}

// Only what a person needs to find the fault: other properties may contain requests with headers and bodies.
function plainError(error: Error): Record<string, unknown> {
  const code = 'code' in error ? { code: error.code } : {};
  const reason = 'reason' in error ? { reason: error.reason } : {};
  const cause = error.cause === undefined ? {} : { cause: error.cause };
  return { type: error.name, message: error.message, ...code, ...reason, stack: error.stack ?? '', ...cause };
}
