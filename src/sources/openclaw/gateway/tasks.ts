// Owns which background commands are at work. Only `task` events tell of them once their turn has ended.

import type { EventBody } from '../decoding/decoded-event.ts';
import { asNumber, asText, type JsonRecord } from '../../../core/json-guards.ts';
import { remember } from '../../../core/remember.ts';
import type { SafeText } from '../decoding/safe-text.ts';
import { isSessionKey } from './raw-session-key.ts';

const MAX_TASKS = 1_000;
const TRUSTED_MS = 60_000; // renewed in good time by `confirm`

/** The command is at work, and the gateway will tell when it ends. */
export function commandSeen(handle: string, now: number): EventBody {
  return { type: 'busy_seen', until: now + TRUSTED_MS, handle };
}

export class Tasks {
  readonly #safe: SafeText;
  readonly #emit: (rawKey: string, at: number, event: EventBody) => void;
  readonly #keysByHandle = new Map<string, string>();

  constructor(safe: SafeText, emit: (rawKey: string, at: number, event: EventBody) => void) {
    this.#safe = safe;
    this.#emit = emit;
  }

  /** Tasks of other kinds, such as sub-agents and scheduled runs, have better witnesses. */
  update(task: JsonRecord, now: number): void {
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
    this.#emit(rawKey, at, { type: 'background_ended', handle, ...(exitCode === undefined ? {} : { exitCode }) });
  }

  /** While the gateway is there, what it has not called ended is at work. */
  confirm(now: number): void {
    for (const [handle, rawKey] of this.#keysByHandle) this.#emit(rawKey, now, commandSeen(handle, now));
  }

  /** A new gateway knows nothing of the commands of the one before. */
  endAll(now: number): void {
    for (const [handle, rawKey] of this.#keysByHandle) this.#emit(rawKey, now, { type: 'background_ended', handle });
    this.#keysByHandle.clear();
  }
}
