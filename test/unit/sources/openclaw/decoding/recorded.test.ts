import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createTranscriptDecoder, type DecodedEvent } from '../../../../../src/sources/openclaw/transcripts/decode-transcript.ts';
import { describeEvents } from './describe-events.ts';
import { recordings, VERSIONS } from './recordings.ts';

function decodeAll(lines: string[]): { events: DecodedEvent[]; unknown: string[]; withoutId: number } {
  const unknown: string[] = [];
  const decode = createTranscriptDecoder({ redact: (text) => text, onUnknown: (kind) => unknown.push(kind) });
  const decoded = lines.map((line) => decode(line));
  return {
    events: decoded.flatMap((line) => line.events),
    unknown,
    withoutId: decoded.filter((line) => line.entryId === undefined).length,
  };
}

describe.each(VERSIONS)('recordings of OpenClaw %s', (version) => {
  it.each(recordings(version))(
    '$name decodes to the reviewed events, with no kind unknown and an id on every line',
    async ({ name, lines }) => {
      const { events, unknown, withoutId } = decodeAll(lines);
      expect(unknown).toEqual([]);
      expect(withoutId).toBe(0);
      const golden = new URL(`../../../../golden/decode/${version}/${name}.txt`, import.meta.url);
      await expect(describeEvents(events)).toMatchFileSnapshot(fileURLToPath(golden));
    },
  );

  it('answer only calls that were made and are still open', () => {
    const unasked: string[] = [];
    for (const { lines } of recordings(version)) {
      const open = new Set<string>(); // ids are used again by a model that restarts its count
      for (const event of decodeAll(lines).events) {
        if (event.type === 'tool_started') open.add(event.callId);
        if (event.type === 'tool_ended' && !open.delete(event.callId)) unasked.push(event.callId);
      }
    }
    expect(unasked).toEqual([]);
  });

  it('are all there', () => {
    expect(recordings(version).length).toBeGreaterThan(30);
  });
});
