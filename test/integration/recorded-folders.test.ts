import { describe, expect, it } from 'vitest';
import { playFolder, recordedFolders } from './play-folder.ts';
import { truthOf } from '../unit/versions/play-frames.ts';
import { shownAtLast } from '../unit/versions/box-text.ts';

/** In the order in which they were played; one more turn was asked for after the gateway was started again. */
const SCENES = ['plain', 'tools', 'spawn', 'stop', 'retry', 'two', 'cut'];

const AFTER = { title: '[DONE] main |', lines: ['exec: `sleep 3` [OK]', 'Here is my answer, everybody in this thread.'] };

describe('what was written to the sessions folder in eight turns', () => {
  it('was recorded with a version between the oldest and the last that write transcripts', () => {
    expect(recordedFolders()).toEqual(['2026.4.15', '2026.5.28']);
  });

  it.each(recordedFolders())(
    '%s: the boxes say in the end what the model asked for and the tools answered',
    { timeout: 120_000 },
    async (version) => {
      const { events, health, endedAt } = await playFolder(version);
      expect(health).toMatchObject({ unknownKinds: {} });
      expect(shownAtLast(events, endedAt)).toEqual([...SCENES.flatMap((scene) => truthOf(version, scene)), AFTER]);
    },
  );
});
