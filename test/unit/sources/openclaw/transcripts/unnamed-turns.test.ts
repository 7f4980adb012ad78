import { describe, expect, it } from 'vitest';
import type { DecodedEvent } from '../../../../../src/sources/openclaw/decoding/decoded-event.ts';
import { UnnamedTurns } from '../../../../../src/sources/openclaw/transcripts/unnamed-turns.ts';

const asked = (at: number): DecodedEvent => ({ type: 'turn_started', at, trigger: { kind: 'operator' }, messageId: `u${at}` });
const said = (at: number): DecodedEvent => ({ type: 'message', at, messageId: `a${at}`, text: 'Text.', stop: 'tools' });

describe('what is told again once a transcript has a name', () => {
  it('is its newest turn as a whole, once', () => {
    const names = new UnnamedTurns();
    names.add('a', [asked(1)]);
    names.add('a', [said(2)]);
    names.add('a', [asked(3)]);
    names.add('a', [said(4)]);
    names.add('a', [said(5)]);
    expect(names.paths()).toEqual(['a']);
    expect(names.take('a', 0)).toEqual([asked(3), said(4), said(5)]);
    expect(names.take('a', 0)).toEqual([]);
  });

  it.each<[string, DecodedEvent[][], number]>([
    ['whose beginning is not known', [[said(1)], [said(2)]], 0],
    ['that was over long ago', [[asked(1)], [said(2)]], 3],
    ['that is longer than can be kept', [[asked(1)], ...Array.from({ length: 2_000 }, (_, nth) => [said(nth + 2)])], 0],
  ])('is nothing of a turn %s', (_which, lines, since) => {
    const names = new UnnamedTurns();
    for (const line of lines) names.add('a', line);
    expect(names.take('a', since)).toEqual([]);
  });

  it('is remembered of so many transcripts only', () => {
    const names = new UnnamedTurns();
    for (let nth = 0; nth < 300; nth++) names.add(`${nth}`, [asked(nth)]);
    expect(names.paths()).toHaveLength(200);
  });
});
