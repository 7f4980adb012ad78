// The name that a thread has as a session.

import { CODEX } from './codex-identity.ts';

export function keyOfThread(id: string): string {
  return `${CODEX.id}:${id}`;
}

/** The id of the thread with that key. */
export function threadOfKey(key: string): string | undefined {
  return key.startsWith(`${CODEX.id}:`) ? key.slice(CODEX.id.length + 1) : undefined;
}
