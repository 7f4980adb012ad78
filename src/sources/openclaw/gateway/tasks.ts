// Owns which background commands are at work. Only `task` events tell of them once their turn has ended.

import type { Fact } from '../decoding/decoded-event.ts';
import { asNumber, asText, type JsonRecord } from '../../../core/json-guards.ts';
import { remember } from '../../../core/remember.ts';
import type { SafeText } from '../decoding/safe-text.ts';
import { isSessionKey } from './session-name.ts';

const MAX_TASKS = 1_000;
const BELIEVED_MS = 60_000; // renewed in good time by `confirm`

/** The command is at work, and the gateway will tell when it ends. */
export function commandSeen(handle: string, now: number): Fact {
  return { type: 'busy_seen', until: now + BELIEVED_MS, handle };
}

export class Tasks {
  readonly #safe: SafeText;
  readonly #tell: (rawKey: string, at: number, fact: Fact) => void;
  readonly #keysByHandle = new Map<string, string>();

  constructor(safe: SafeText, tell: (rawKey: string, at: number, fact: Fact) => void) {
    this.#safe = safe;
    this.#tell = tell;
  }

  /** Tasks of other kinds, such as sub-agents and scheduled runs, have better witnesses. */
  learn(task: JsonRecord, now: number): void {
    const handle = this.#safe.id(task['sourceId']);
    const rawKey = task['sessionKey'];
    if (task['kind'] !== 'exec' || handle === undefined || !isSessionKey(rawKey)) return;
    if (asText(task['status']) === 'running' || asText(task['status']) === 'queued') {
      remember(this.#keysByHandle, handle, rawKey, MAX_TASKS);
      return;
    }
    this.#keysByHandle.delete(handle);
    const exitCode = asNumber(task['exitCode']);
    const at = asNumber(task['endedAt']) ?? asNumber(task['updatedAt']) ?? now;
    this.#tell(rawKey, at, { type: 'background_ended', handle, ...(exitCode === undefined ? {} : { exitCode }) });
  }

  /** While the gateway is there, what it has not called ended is at work. */
  confirm(now: number): void {
    for (const [handle, rawKey] of this.#keysByHandle) this.#tell(rawKey, now, commandSeen(handle, now));
  }

  /** A new gateway knows nothing of the commands of the one before. */
  forget(now: number): void {
    for (const [handle, rawKey] of this.#keysByHandle) this.#tell(rawKey, now, { type: 'background_ended', handle });
    this.#keysByHandle.clear();
  }
}
