// Checks whether a file still begins with the bytes that were read before. Pure.

import { hash } from 'node:crypto';

/** A hash over `length` bytes. Plain data: it is part of the checkpoint. */
export interface Fingerprint {
  length: number;
  hash: string;
}

// A line carries an id or a time, and is rarely longer than this: equal bytes mean an equal past.
export const FINGERPRINT_BYTES = 1024;

export const EMPTY_FINGERPRINT: Fingerprint = { length: 0, hash: '' };

/** The fingerprint of the last bytes of `bytes`, at most 1 KiB of them. */
export function fingerprintOfEnd(bytes: Buffer): Fingerprint {
  return fingerprintOf(bytes.subarray(Math.max(0, bytes.length - FINGERPRINT_BYTES)));
}

/** The fingerprint of the first bytes of `bytes`, at most 1 KiB of them. */
export function fingerprintOfStart(bytes: Buffer): Fingerprint {
  return fingerprintOf(bytes.subarray(0, FINGERPRINT_BYTES));
}

/** Whether `bytes` are exactly the ones the fingerprint was taken of. */
export function matches(fingerprint: Fingerprint, bytes: Buffer): boolean {
  return bytes.length === fingerprint.length && fingerprintOf(bytes).hash === fingerprint.hash;
}

function fingerprintOf(bytes: Buffer): Fingerprint {
  if (bytes.length === 0) return EMPTY_FINGERPRINT;
  return { length: bytes.length, hash: hash('sha256', bytes, 'base64url').slice(0, 22) };
}
