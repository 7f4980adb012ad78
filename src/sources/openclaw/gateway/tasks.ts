// Keeps the background commands that are running. After the end of their turn only `task` events report them.

import type { EventBody } from '../decoding/decoded-event.ts';
import { asNumber, asText, type JsonRecord } from '../../../core/json-guards.ts';
import { setBounded } from '../../../core/bounded-map.ts';
import type { SafeText } from '../decoding/safe-text.ts';
import { isSessionKey } from './raw-session-key.ts';

const MAX_TASKS = 1_000;
const TRUSTED_MS = 60_000; // renewed in good time by `confirm`

/** An event that says: the command is running, and the gateway will send its end. */
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

  /** Adds or ends the command of a `task` event. Other events report sub-agents and scheduled runs better. */
  update(task: JsonRecord, now: number): void {
    const handle = this.#safe.id(task['sourceId']);
    const rawKey = task['sessionKey'];
    if (task['kind'] !== 'exec' || handle === undefined || !isSessionKey(rawKey)) return;
    if (asText(task['status']) === 'running' || asText(task['status']) === 'queued') {
      setBounded(this.#keysByHandle, handle, rawKey, MAX_TASKS);
      return;
    }
    this.#keysByHandle.delete(handle);
    const exitCode = asNumber(task['exitCode']);
    const at = asNumber(task['endedAt']) ?? asNumber(task['updatedAt']) ?? now;
    this.#emit(rawKey, at, { type: 'background_ended', handle, ...(exitCode === undefined ? {} : { exitCode }) });
  }

  /** While the gateway is connected, every command that it has not ended is running. */
  confirm(now: number): void {
    for (const [handle, rawKey] of this.#keysByHandle) this.#emit(rawKey, now, commandSeen(handle, now));
  }

  /** A restarted gateway does not have the commands of the one before. */
  endAll(now: number): void {
    for (const [handle, rawKey] of this.#keysByHandle) this.#emit(rawKey, now, { type: 'background_ended', handle });
    this.#keysByHandle.clear();
  }
}
