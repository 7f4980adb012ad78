// The only way for a text of Network-AI's files into an event: without grant tokens, redacted, one line, cut.

import { createHash } from 'node:crypto';
import { addBounded } from '../../core/bounded-map.ts';
import { plainId } from '../coding-agents/plain-id.ts';
import { createSafeText } from '../openclaw/decoding/safe-text.ts';

export interface Words {
  /** The name of an agent, a resource, a key; `undefined` for what is no text or empty. */
  name(value: unknown): string | undefined;
  /** A sentence of somebody. */
  sentence(value: unknown, maxPoints?: number): string | undefined;
  /** The same id for the same text, of characters that a key may have. */
  id(value: unknown): string | undefined;
  /** `#1a2b3c`: six characters of the token's hash, so that people can tell tokens apart. From now on it is masked everywhere. */
  mark(token: string): string;
}

const TOKEN = /grant_[0-9a-z]{6,}/gi;
const SIGNATURE = /\b[0-9a-f]{64}\b/gi;
const MASK_CHARS = 6;
const MAX_NAME_POINTS = 60;
const MAX_SENTENCE_POINTS = 200;
const MAX_TOKENS = 500; // that do not look like tokens
const LEAST_TOKEN_CHARS = 8; // a shorter one would mask ordinary words

export function createWords(redact: (text: string) => string): Words {
  const strangeTokens = new Set<string>();
  const masked = (text: string): string => {
    let result = text.replace(TOKEN, maskOf).replace(SIGNATURE, '[redacted]');
    for (const token of strangeTokens) if (result.includes(token)) result = result.replaceAll(token, maskOf(token));
    return redact(result);
  };
  const safe = createSafeText(masked);
  const line = (value: unknown, maxPoints: number): string | undefined => {
    const text = typeof value === 'string' ? safe.line(value, maxPoints) : '';
    return text === '' ? undefined : text;
  };
  return {
    name: (value) => line(value, MAX_NAME_POINTS),
    sentence: (value, maxPoints = MAX_SENTENCE_POINTS) => line(value, maxPoints),
    id: (value) => plainId(safe.id(value)),
    mark: (token) => {
      const isStrange = !new RegExp(`^${TOKEN.source}$`, 'i').test(token);
      if (isStrange && token.length >= LEAST_TOKEN_CHARS) addBounded(strangeTokens, token, MAX_TOKENS);
      return maskOf(token);
    },
  };
}

function maskOf(token: string): string {
  return `#${createHash('sha256').update(token).digest('hex').slice(0, MASK_CHARS)}`;
}
