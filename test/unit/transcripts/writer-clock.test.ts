import { describe, expect, it } from 'vitest';
import { WriterClock } from '../../../src/sources/transcripts/writer-clock.ts';

const NOW = Date.UTC(2026, 10, 21, 2);

/** What is believed after lines that were late by so many seconds. */
function lagAfter(...differences: number[]): number {
  const clock = new WriterClock();
  for (const [index, seconds] of differences.entries()) clock.observe(NOW + index * 60_000 - seconds * 1_000, NOW + index * 60_000);
  return clock.lagMs / 1_000;
}

describe('the clock of a writer', () => {
  it.each<[string, number[], number]>([
    ['agrees with ours while lines come at once', [0.2, 1, 5, 0.1], 0],
    ['is two minutes behind', [120], 120],
    ['is hours ahead', [-7_200], -7_200],
    ['is what the line says that came soonest', [130, 120, 124], 120],
    ['agrees with ours though one line came late', [0.1, 90, 0.2], 0],
    ['agrees with ours when the first line came late', [90, 0.2], 0],
    ['was set back while we watched: two lines say so', [0.1, 600, 600], 600],
    ['was set back: lines that are late by chance do not say so', [0.1, 60, 300, 40], 0],
    ['was set right', [120, 0.1], 0],
    ['agrees with ours though lines of last week are copied', [518_400, 518_000, 0.1], 0],
    ['is known though lines of last week are copied', [120, 518_400, 518_400], 120],
    ['jumped ahead', [0.1, -3_600], -3_600],
  ])('%s', (_what, differences, lag) => {
    expect(lagAfter(...differences)).toBe(lag);
  });
});
