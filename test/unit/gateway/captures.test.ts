import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { describeBoxes } from './boxes.ts';
import { captureNames } from './captures.ts';
import { replay } from './replay.ts';

/** The handshake capture has no turns. */
const names = captureNames().filter((name) => name !== 'handshake');

describe('recordings of OpenClaw 2026.9.6', () => {
  it.each(names)('%s gives the reviewed boxes, with nothing unknown, no gap and no garbage', async (name) => {
    const { events, health, endedAt } = await replay(name);
    expect(health).toMatchObject({ unknownKinds: {}, gaps: 0, garbage: 0, missingMethods: [], openRuns: 0 });
    const golden = new URL(`../../golden/gateway/${name}.txt`, import.meta.url);
    await expect(describeBoxes(events, endedAt)).toMatchFileSnapshot(fileURLToPath(golden));
  });
});
