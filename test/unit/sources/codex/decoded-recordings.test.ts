// What the decoder makes of every recording, with everything switched on that may be. The golden files were read against `steps.ndjson`.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../../../src/core/event.ts';
import { createRolloutDecoder } from '../../../../src/sources/codex/rollout-decoder.ts';
import { entriesOf, writtenAt } from '../../../../src/sources/codex/rollout-line.ts';
import { sessionEvents } from '../../../../src/sources/codex/session-events.ts';
import { EVERYTHING } from '../coding-agents/running.ts';
import { outcomeOf } from '../coding-agents/outcome.ts';
import { type Recording, recordingsOf } from '../coding-agents/recording.ts';

const GOLDEN = fileURLToPath(new URL('../../../golden/codex/', import.meta.url));

describe.each(['codex-0.171.0', 'codex-0.134.0'])('%s', (version) => {
  it.each(recordingsOf(version).map((recording) => [recording.name, recording] as const))('%s', async (name, recording) => {
    const { events, unknown } = decoded(recording);
    expect(unknown).toEqual([]);
    await expect(`${outcomeOf(events)}\n`).toMatchFileSnapshot(join(GOLDEN, `${name}.txt`));
  });
});

function decoded(recording: Recording): { events: SessionEvent[]; unknown: string[] } {
  const unknown: string[] = [];
  const told = recording.logs().flatMap(([, text]) => {
    const options = { redact: (line: string) => line, visibility: () => EVERYTHING, onUnknown: (kind: string) => unknown.push(kind) };
    const decode = createRolloutDecoder(options);
    const lines = text.trimEnd().split('\n').flatMap(entriesOf);
    return lines.map((entry) => ({ at: writtenAt(entry.text) ?? 0, events: decode(entry.text).events }));
  });
  const inOrder = told.toSorted((a, b) => a.at - b.at).flatMap((line) => line.events);
  const events = inOrder.flatMap((event) => sessionEvents(event, 'codex'));
  return { events, unknown };
}
