// Logs failures that go on without repeating itself: keeps which go on, and how often each happened since it was last logged.

import { setBounded } from './bounded-map.ts';
import type { Clock } from './clock.ts';
import type { LogFields, Logger } from './log.ts';

const REMIND_AFTER_MS = 10 * 60_000; // Six lines an hour are seen by a person and do not fill a disk.
const MAX_KEYS = 1_000; // One key per file or channel; beyond that the oldest is forgotten and may be logged again.

/** Logs a failure that goes on: at once, then at most every `remindAfterMs` with the count, and once when it is over. */
export interface RepeatLog {
  /** `key` names the failure, for example `read:/path`. The line is a warning with `times` since the line before. */
  failed(key: string, fields: LogFields, message: string): void;
  /** Logs `message` with the total number of failures if `key` had failed, else nothing. */
  recovered(key: string, fields: LogFields, message: string): void;
}

interface Failure {
  loggedAt: number;
  unlogged: number;
  total: number;
}

/** `clock.monotonic` decides when a failure is logged again. */
export function createRepeatLog(log: Logger, clock: Clock, options: { remindAfterMs?: number } = {}): RepeatLog {
  const remindAfterMs = options.remindAfterMs ?? REMIND_AFTER_MS;
  const failuresByKey = new Map<string, Failure>();

  function begin(key: string): Failure {
    const failure = { loggedAt: Number.NEGATIVE_INFINITY, unlogged: 0, total: 0 };
    setBounded(failuresByKey, key, failure, MAX_KEYS);
    return failure;
  }

  return {
    failed(key, fields, message) {
      const failure = failuresByKey.get(key) ?? begin(key);
      failure.unlogged += 1;
      failure.total += 1;
      if (clock.monotonic() - failure.loggedAt < remindAfterMs) return;
      log.warn({ ...fields, times: failure.unlogged }, message);
      failure.loggedAt = clock.monotonic();
      failure.unlogged = 0;
    },
    recovered(key, fields, message) {
      const failure = failuresByKey.get(key);
      if (!failure) return;
      failuresByKey.delete(key);
      log.info({ ...fields, failures: failure.total }, message);
    },
  };
}
