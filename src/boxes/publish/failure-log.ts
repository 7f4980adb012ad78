// Says in the log what keeps boxes from being pushed, and when that is over. Pure, but for the log that it is given.

import type { RepeatLog } from '../../core/repeat-log.ts';
import { FAILURES, type PushError } from '../../core/sink.ts';
import type { Need } from './outcome.ts';

/** A request about the box failed. `waitMs` is how long all of them wait, if the failure concerns all. */
export function logFailure(repeats: RepeatLog, { boxId, need }: { boxId: string; need: Need }, error: PushError, waitMs: number): void {
  const { reason } = error;
  if (FAILURES[reason].scope === 'all') {
    repeats.failed(
      `gate:${reason}`,
      { reason, waitMs },
      'Mattermost takes no requests at the moment; the newest state of every box waits.',
    );
    return;
  }
  repeats.failed(`box:${boxId}`, { box: boxId, need, reason, detail: error.message }, 'A box could not be pushed.');
}

/** The post of the box shows the newest state. */
export function logUpToDate(repeats: RepeatLog, boxId: string): void {
  repeats.recovered(`box:${boxId}`, { box: boxId }, 'A box that could not be pushed is up to date again.');
}

/** The gate lets requests through. */
export function logOpenGate(repeats: RepeatLog): void {
  for (const [reason, { scope }] of Object.entries(FAILURES))
    if (scope === 'all') repeats.recovered(`gate:${reason}`, { reason }, 'Mattermost takes requests again.');
}
