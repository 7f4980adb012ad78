// Reads from the fields of a frame how its run ended. Pure.

import type { RunOutcome } from '../../../core/event.ts';
import type { JsonRecord } from '../../../core/json-guards.ts';

/** A run that is cut off although nobody stopped it ran out of time. If that happens in a call, 2026.9 does not even say "cut off". */
export function endOf(data: JsonRecord, isCutOff: boolean): RunOutcome {
  if (data['yielded'] === true) return 'yielded';
  if (data['aborted'] === true) return abortOf(data['stopReason'] ?? data['status'] ?? 'timeout', data['timeoutPhase']);
  return data['timeoutPhase'] !== undefined || (isCutOff && data['stopReason'] === 'toolUse') ? 'timed_out' : 'done';
}

/** `/new` ends the run of its session with these fields, and so does a gateway that stops. */
export function isCutForRestart(data: JsonRecord): boolean {
  return data['aborted'] === true && data['stopReason'] === 'restart';
}

export function abortOf(stopReason: unknown, timeoutPhase?: unknown): 'aborted' | 'timed_out' {
  return stopReason === 'timeout' || timeoutPhase !== undefined ? 'timed_out' : 'aborted';
}

/** Some versions call every failure of a provider a time-out, so the text of the error counts more. */
export function failureOf(kind: unknown, error: unknown): 'failed' | 'timed_out' {
  const isTimeOut = typeof error === 'string' && error !== '' ? /\btimed? ?-?out\b|\btime limit\b/i.test(error) : kind === 'timeout';
  return isTimeOut ? 'timed_out' : 'failed';
}
