import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { describeBoxes } from './boxes.ts';
import { captureNames } from './captures.ts';
import { boxSequences } from './box-sequence.ts';
import { playCapture } from './play-capture.ts';

/** The handshake capture has no turns. */
const names = captureNames().filter((name) => name !== 'handshake');

describe('recordings of OpenClaw 2026.9.6', () => {
  it.each(names)('%s gives the reviewed boxes, with nothing unknown, no gap and no garbage', async (name) => {
    const { events, health, endedAt } = await playCapture(name);
    expect(health).toMatchObject({ unknownKinds: {}, gaps: 0, garbage: 0, missingMethods: [], openRuns: 0 });
    const known = new Set<string>();
    for (const { type, sessionKey } of events) {
      if (type === 'session_seen') known.add(sessionKey);
      else expect(known, `${type} of a session that was not introduced`).toContain(sessionKey);
    }
    const golden = new URL(`../../../../golden/gateway/${name}.txt`, import.meta.url);
    const states = boxSequences(events, endedAt).map(({ session, trigger, states: seen }) => `${session} ${trigger}: ${seen.join(', ')}`);
    const shown = `${describeBoxes(events, endedAt)}\nin states\n${states.join('\n')}\n`;
    await expect(shown).toMatchFileSnapshot(fileURLToPath(golden));
  });
});
