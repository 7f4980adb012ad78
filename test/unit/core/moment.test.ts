// How long a derived state holds: at any moment before that, deriving it again gives the same.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Moment } from '../../../src/core/moment.ts';

describe('a moment', () => {
  it('knows the first instant at which one of its answers would be another', () => {
    fc.assert(
      fc.property(fc.integer({ max: 100, min: 0 }), fc.array(fc.integer({ max: 100, min: 0 })), (at, instants) => {
        const answersAt = (now: number) => {
          const moment = new Moment(now);
          return { answers: instants.map((instant) => moment.isBefore(instant)), holdsUntil: moment.holdsUntil };
        };
        const { answers, holdsUntil } = answersAt(at);
        expect(answers).toEqual(instants.map((instant) => at < instant));
        const last = Math.min(holdsUntil, 200);
        for (let now = at; now < last; now++) expect(answersAt(now).answers).toEqual(answers);
        if (holdsUntil <= 200) expect(answersAt(holdsUntil).answers).not.toEqual(answers);
      }),
    );
  });
});
