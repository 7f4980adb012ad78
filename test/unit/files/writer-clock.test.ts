import { describe, expect, it } from 'vitest';
import { type Sighting, WriterClock } from '../../../src/files/writer-clock.ts';

const NOW = Date.UTC(2026, 10, 21, 2);
const GAP_S = 60;

/** Lines of one file that came `gapS` apart, each so many seconds after it was written. */
function linesThatCame(late: readonly number[], gapS = GAP_S): Sighting[] {
  return late.map((seconds, index) => {
    const seenAt = NOW + index * gapS * 1_000;
    return { seenAt, writtenAt: seenAt - seconds * 1_000 };
  });
}

/** What is believed, in seconds, after the lines of a file; the first was there before. `aheadS`: of our clock, the file system's. */
function lagAfter(lines: readonly Sighting[], { lagS = 0, aheadS = 0 } = {}): number {
  const clock = new WriterClock(lagS * 1_000);
  for (const [index, line] of lines.entries()) if (index > 0) clock.observe(line, lines[index - 1], line.seenAt - aheadS * 1_000);
  return clock.lagMs / 1_000;
}

describe('the clock of a writer', () => {
  it.each<[string, number[], number]>([
    ['agrees with ours while lines come at once', [0.2, 1, 5, 0.1], 0],
    ['is two minutes behind, as the line that was there and the first new one say', [120, 120], 120],
    ['is two minutes behind, though a line came late', [120, 120, 131, 120.4], 120],
    ['is two minutes behind, though a line came late at first', [120, 131, 120.4, 120, 120], 120],
    ['is hours ahead', [-7_200, -7_200], -7_200],
    ['jumped ahead: no line comes early', [0.1, -3_600], -3_600],
    ['agrees with ours though one line came late', [0.1, 90, 0.2], 0],
    ['agrees with ours though a file was copied before its first new line', [9_000, 0.2], 0],
    ['was set back while we watched: two lines say so', [0.1, 600, 600], 600],
    ['was set back: lines that are late by chance do not say so', [0.1, 60, 300, 40], 0],
    ['was set right', [120, 120, 0.1], 0],
    ['agrees with ours though lines of last week are copied', [518_400, 518_400, 0.1], 0],
  ])('%s', (_what, late, lag) => {
    expect(lagAfter(linesThatCame(late))).toBe(lag);
  });

  it('is not known from one line', () => {
    const clock = new WriterClock();
    clock.observe({ writtenAt: NOW - 120_000, seenAt: NOW }, undefined, NOW);
    expect(clock.lagMs).toBe(0);
  });

  it.each<[string, number, number[]]>([
    ['line by line', 0.01, [3_600, 3_590, 3_581, 3_560]],
    ['faster than it was written', 2, [3_600, 3_590, 3_581, 3_560]],
    ['at once, with equal stamps', 0.001, [3_600, 3_600, 3_600]],
    ['with a pause that happens to be as long as the one in the file', 1, [3_600, 3_590, 3_590, 3_580]],
  ])('is not learned from a file that is copied in %s', (_how, gapS, late) => {
    expect(lagAfter(linesThatCame(late, gapS))).toBe(0);
  });

  it('is known again a minute after something was copied', () => {
    expect(lagAfter(linesThatCame([9_000, 120, 120], 61))).toBe(120);
  });

  it('is not judged by a file system whose clock is another one again', () => {
    expect(lagAfter(linesThatCame([120, 120]), { aheadS: 60 })).toBe(0);
  });

  it('is believed as it was known at the last start, until a line disproves that', () => {
    expect(lagAfter(linesThatCame([125, 123.9]), { lagS: 124 })).toBe(124);
    expect(lagAfter(linesThatCame([3, 0.2]), { lagS: 124 })).toBe(0);
  });
});
