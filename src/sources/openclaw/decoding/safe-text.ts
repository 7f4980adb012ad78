// The only way for a source's text into an event: first redacted, with a margin beyond the shown part, then shortened.

import { createHash } from 'node:crypto';
import { redactThenCut } from '../../../text/redact.ts';
import { cut, dropInvisible, oneLine } from '../../../text/text.ts';
import { wholeLines } from '../../../text/whole-lines.ts';

const MAX_ID_CHARS = 512; // some providers make ids of several hundred characters
const SCANNED_PER_POINT = 2; // white space does not count, so we read more than a line keeps
const MIN_SCANNED_POINTS = 512;
/** A harmless value that shows whether the redactor takes a name for the name of a secret. */
const PROBE_VALUE = 'probe-value-0123456789';

export interface SafeText {
  /** One line, at most `maxPoints` code points. */
  line(text: string, maxPoints: number): string;
  /** Line breaks kept, at most `maxPoints` code points. */
  prose(text: string, maxPoints: number): string;
  /**
   * All lines, at most `maxPoints` code points, shortened at the end of a line. Where only the lines together show a secret, they are one
   * line.
   */
  lines(text: string, maxPoints: number): string;
  /** The whole text, up to the redactor's limit, for callers that search in it. */
  whole(text: string): string;
  /** One line for the value of a named argument; masked completely if the name announces a secret. */
  argument(name: string, text: string, maxPoints: number): string;
  /** The same id for the same text. Never a secret, and never a name that every object has. */
  id(value: unknown): string | undefined;
}

/** `redact` gets every text without the invisible characters that could hide a secret from it. */
export function createSafeText(redact: (text: string) => string): SafeText {
  const whole = (text: string) => redact(dropInvisible(text));
  /** Redacts only the part of a long text that may be shown, with a margin. */
  const head = (text: string, maxPoints: number) => redactThenCut(text.trimStart(), Math.max(MIN_SCANNED_POINTS, maxPoints), whole);
  /** Redacts again after joining the lines: a name and its secret may have been on two of them. Where nothing changed there is no need. */
  const line = (text: string, maxPoints: number) => {
    const joined = oneLine(head(text, SCANNED_PER_POINT * maxPoints));
    return cut(joined === text ? joined : redact(joined), maxPoints);
  };
  const lines = (text: string, maxPoints: number) => {
    const kept = whole(text).trim();
    const joined = oneLine(kept);
    const masked = redact(joined);
    return wholeLines(masked === joined ? kept : masked, maxPoints);
  };
  return {
    line,
    lines,
    prose: (text, maxPoints) => cut(head(text, maxPoints).trim(), maxPoints),
    whole,
    argument: (name, text, maxPoints) => maskOfName(name, redact) ?? line(text, maxPoints),
    id: (value) => safeId(value, redact),
  };
}

function maskOfName(name: string, redact: (text: string) => string): string | undefined {
  const probe = `${name}=${PROBE_VALUE}`;
  const probed = redact(probe);
  if (probed === probe) return undefined;
  return probed.startsWith(`${name}=`) ? probed.slice(name.length + 1) : '[redacted]';
}

/** Replaces an id that looks like a secret by its hash, so that calls and results still match. */
function safeId(value: unknown, redact: (text: string) => string): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const isPlain = value.length <= MAX_ID_CHARS && !(value in Object.prototype) && redact(value) === value && dropInvisible(value) === value;
  return isPlain ? value : `id-${createHash('sha256').update(value).digest('hex').slice(0, 24)}`;
}
