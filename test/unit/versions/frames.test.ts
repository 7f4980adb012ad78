import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { VERSIONS } from '../../openclaw/versions.ts';
import { describeBoxes } from '../sources/openclaw/gateway/boxes.ts';
import type { Played } from '../sources/openclaw/gateway/play-capture.ts';
import { framesOf, playFrames, recordedVersions, scenesOf, type TrueBox, truthOf } from './play-frames.ts';
import { shownAtLast } from './box-text.ts';

const SCENES = ['cut', 'plain', 'retry', 'spawn', 'stop', 'tools', 'two'];

const playedByScene = new Map<string, Promise<Played>>();

function playedOnce(version: string, scene: string): Promise<Played> {
  const name = `${version} ${scene}`;
  const played = playedByScene.get(name) ?? playFrames(framesOf(version, scene));
  playedByScene.set(name, played);
  return played;
}

/** A gateway that tells of runs alone tells nothing of what is in them, nor that one was stopped. */
function emittedBy(version: string, scene: string): TrueBox[] {
  const truth = truthOf(version, scene);
  if (VERSIONS.find((each) => each.version === version)?.gatewayTells !== 'runs') return truth;
  return truth.map(({ title }) => ({ title: scene === 'stop' ? '[LOST] source gone | main |' : title, lines: [] }));
}

describe('what gateways said of seven turns', () => {
  it('was recorded, turn by turn, with the versions between those of the other recordings', () => {
    expect(recordedVersions()).toEqual(['2026.4.15', '2026.5.28', '2026.6.11', '2026.8.2', '2026.9.2', '2026.9.5']);
    for (const version of recordedVersions()) expect(scenesOf(version).toSorted()).toEqual(SCENES);
  });

  const played = recordedVersions().flatMap((version) => scenesOf(version).map((scene) => [version, scene] as const));

  it.each(played)('%s %s: the boxes say in the end what the model asked for and the tools answered', async (version, scene) => {
    const { events, endedAt } = await playedOnce(version, scene);
    expect(shownAtLast(events, endedAt)).toEqual(emittedBy(version, scene));
  });

  it.each(played)(
    '%s %s: the boxes are those that were reviewed, state by state, and no kind of frame is unknown',
    async (version, scene) => {
      const { events, health, endedAt } = await playedOnce(version, scene);
      expect(health).toMatchObject({ unknownKinds: {}, garbage: 0 });
      const golden = new URL(`../../golden/versions/${version}-${scene}.txt`, import.meta.url);
      await expect(describeBoxes(events, endedAt)).toMatchFileSnapshot(fileURLToPath(golden));
    },
  );
});
