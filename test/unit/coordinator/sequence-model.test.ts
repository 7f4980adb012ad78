import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/coordinator/rules/observation.ts';
import { sequence } from '../../../src/coordinator/rules/sequence.ts';
import { answered, MISSING_AFTER_S, run, timePassed } from './rule-harness.ts';

const ORDER = ['primary', 'secondary', 'observer'];

interface Answer {
  role: string;
  at: number;
}

/** What has been settled by a whole history: computed anew from its first answer, without any state between calls. */
interface Account {
  /** Who answered in turn since the cycle began. */
  inTurn: string[];
  /** Roles that somebody went before and that have not answered since. */
  owed: string[];
  missed: boolean;
}

/** The rule in words, from the whole history each time: slow, and with nothing in common with the real one. */
function findingsOfLast(history: readonly Answer[]): { found: string[]; account: Account } {
  const last = history.at(-1);
  if (last === undefined) return { found: [], account: { inTurn: [], owed: [], missed: false } };
  const before = history.slice(0, -1);
  const previous = before.at(-1);
  const { account } = findingsOfLast(before);
  const due = ORDER.find((role) => !account.inTurn.includes(role)) ?? '';
  const gapMissed = account.inTurn.length > 0 && !account.missed && previous !== undefined && last.at - previous.at >= MISSING_AFTER_S;
  const silent = gapMissed ? [`missing ${due}`] : [];
  const missed = account.missed || gapMissed;
  const say = (found: string[], next: Account) => ({ found: [...silent, ...found], account: next });
  if (last.role !== 'primary' && previous?.role === last.role) return say(['repeated'], { ...account, missed });
  if (last.role === due) {
    const found = account.owed.includes(due) || missed ? ['late'] : [];
    const inTurn = [...account.inTurn, due];
    return say(found, { inTurn: inTurn.length === ORDER.length ? [] : inTurn, owed: [], missed: false });
  }
  if (last.role === 'primary') {
    if (missed) return say([], { inTurn: ['primary'], owed: [], missed: false });
    return say(['restarted'], { inTurn: ['primary'], owed: account.owed.filter((role) => role === 'secondary'), missed: false });
  }
  return say([`skipped ${due}`], { ...account, owed: [...account.owed, due], missed });
}

function modelOf(history: readonly Answer[], endAt: number): string[] {
  const said = history.flatMap((_, index) => findingsOfLast(history.slice(0, index + 1)).found);
  const { account } = findingsOfLast(history);
  const last = history.at(-1);
  const silent = last !== undefined && account.inTurn.length > 0 && !account.missed && endAt - last.at >= MISSING_AFTER_S;
  return silent ? [...said, `missing ${ORDER.find((role) => !account.inTurn.includes(role)) ?? ''}`] : said;
}

/** The real rule; ticks between the answers must make no difference. */
function realOf(history: readonly Answer[], endAt: number, ticks: readonly number[]): string[] {
  const facts: Observation[] = [...history.map(({ role, at }) => answered(at, role)), ...ticks.map(timePassed), timePassed(endAt)].sort(
    (a, b) => a.at - b.at,
  );
  return run(sequence, facts).map(({ finding, sentence, sameAs }) => {
    if (finding === 'skipped') return `skipped ${/although the (\w+) was/.exec(sentence)?.[1] ?? ''}`;
    return finding === 'missing' ? sameAs.split(' ').slice(0, 2).join(' ') : finding;
  });
}

describe('the sequence rule', () => {
  it('agrees with a slow model on 10,000 random histories', { timeout: 60_000 }, () => {
    const step = fc.record({
      role: fc.constantFrom(...ORDER),
      wait: fc.oneof(
        { weight: 6, arbitrary: fc.integer({ min: 1, max: 60 }) },
        { weight: 1, arbitrary: fc.integer({ min: 500, max: 900 }) },
      ),
    });
    const histories = fc.record({
      steps: fc.array(step, { maxLength: 14 }),
      tail: fc.integer({ min: 1, max: 1_300 }),
      ticks: fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 6 }),
    });
    fc.assert(
      fc.property(histories, ({ steps, tail, ticks }) => {
        let at = 0;
        const history = steps.map(({ role, wait }) => ({ role, at: (at += wait) }));
        const endAt = at + tail;
        const during = ticks.filter((tick) => tick < endAt);
        expect(realOf(history, endAt, during)).toEqual(modelOf(history, endAt));
      }),
      { numRuns: 10_000 },
    );
  });
});
