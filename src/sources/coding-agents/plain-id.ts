// Narrows ids that a file has. They become keys of ours and are stored.

import { createHash } from 'node:crypto';

const KEY_PART = /^[\w-]{1,80}$/;
const PLAIN = /^[\w.:-]{1,200}$/;

/** The value if it can be part of a session's key. */
export function keyPart(value: unknown): string | undefined {
  return typeof value === 'string' && KEY_PART.test(value) ? value : undefined;
}

/** The same id for the same text: itself, or a hash for what is long or strange, or is the name of something that every object has. */
export function plainId(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const isPlain = PLAIN.test(value) && !(value in Object.prototype);
  return isPlain ? value : `id-${createHash('sha256').update(value).digest('hex').slice(0, 24)}`;
}

/** `plainId` has put a hash in the place of what others call it. */
export function isHashed(id: string): boolean {
  return /^id-[\da-f]{24}$/.test(id);
}
