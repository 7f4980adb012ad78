// What a follower must know about the format of rollouts.

import type { LogFormat } from '../../files/log-format.ts';
import { createRolloutDecoder, type RolloutDecoderOptions } from './rollout-decoder.ts';
import type { RolloutEvent } from './rollout-event.ts';
import { entriesOf, writtenAt } from './rollout-line.ts';

export function rolloutFormat(options: RolloutDecoderOptions): LogFormat<RolloutEvent> {
  return {
    newDecoder: ({ isWhole }) => createRolloutDecoder(isWhole ? { ...options, memoryOf: () => ({}) } : options),
    entriesOf,
    writtenAt,
    opens: ({ body }) => body.type === 'turn_started',
    hasEnded,
  };
}

/** A command in the background may end after its turn; the turn has ended all the same. */
function hasEnded(events: readonly RolloutEvent[]): boolean {
  return events.findLast(({ body }) => body.type === 'run_ended' || body.type === 'turn_started')?.body.type !== 'turn_started';
}
