// What the decoder alone makes of a recording, in the order in which lines were written.

import type { SessionEvent } from '../../../../src/core/event.ts';
import type { SourcePorts, Visibility } from '../../../../src/core/source.ts';
import { createRolloutDecoder } from '../../../../src/sources/codex/rollout-decoder.ts';
import { entriesOf, writtenAt } from '../../../../src/sources/codex/rollout-line.ts';
import { sessionEvents } from '../../../../src/sources/codex/session-events.ts';
import type { Recording } from '../coding-agents/recording.ts';
import { EVERYTHING } from '../coding-agents/running.ts';

export function decoded(
  recording: Pick<Recording, 'logs'>,
  visibility: Visibility | ((address: string) => Visibility) = EVERYTHING,
  prices: Pick<SourcePorts, 'costOf'> = {},
): { events: SessionEvent[]; unknown: string[] } {
  const unknown: string[] = [];
  const told = recording.logs().flatMap(([, text]) => {
    const options = {
      ...prices,
      redact: (line: string) => line,
      visibility: typeof visibility === 'function' ? visibility : () => visibility,
      onUnknown: (kind: string) => unknown.push(kind),
    };
    const decode = createRolloutDecoder(options);
    const lines = text.trimEnd().split('\n').flatMap(entriesOf);
    return lines.map((entry) => ({ at: writtenAt(entry.text) ?? 0, events: decode(entry.text).events }));
  });
  const inOrder = told.toSorted((a, b) => a.at - b.at).flatMap((line) => line.events);
  return { events: inOrder.flatMap((event) => sessionEvents(event, 'codex')), unknown };
}
