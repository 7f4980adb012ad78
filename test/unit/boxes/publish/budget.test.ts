import { describe, expect, it } from 'vitest';
import {
  type Budget,
  type Claim,
  budgetLimits,
  fullBudget,
  refill,
  shrinkToReserve,
  take,
  tokenAt,
} from '../../../../src/boxes/publish/budget.ts';

const limits = budgetLimits(5, 20);

function drain(budget: Budget, claim: Claim): { taken: number; budget: Budget } {
  let rest = budget;
  let taken = 0;
  while (tokenAt(rest, limits, claim) <= rest.at) {
    rest = take(rest, limits, claim);
    taken += 1;
  }
  return { taken, budget: rest };
}

describe('budget', () => {
  it('keeps a quarter of the burst for urgent requests', () => {
    expect(limits.reserve).toBe(5);
    const ordinary = drain(fullBudget(limits, 0), 'ordinary');
    expect(ordinary.taken).toBe(15);
    expect(drain(ordinary.budget, 'urgent').taken).toBe(5);
    expect(drain(fullBudget(limits, 0), 'urgent').taken).toBe(20);
  });

  it('refills at its rate up to the burst', () => {
    const { budget } = drain(fullBudget(limits, 0), 'urgent');
    expect(refill(budget, limits, 1_000).tokens).toBeCloseTo(5);
    expect(refill(budget, limits, 60_000).tokens).toBe(20);
  });

  it('says when the next token is there, and it is there then', () => {
    const { budget } = drain(fullBudget(limits, 0), 'urgent');
    for (const [urgency, dueAt] of [
      ['end', 0],
      ['urgent', 400], // by its share; by the tokens it would be 200
      ['opening', 700],
      ['ordinary', 1_200],
      ['spare', 1_400],
    ] as const) {
      const at = tokenAt(budget, limits, urgency);
      expect(at).toBe(dueAt);
      expect(tokenAt(refill(budget, limits, at), limits, urgency)).toBe(at);
      if (at > 0) expect(tokenAt(refill(budget, limits, at - 1), limits, urgency)).toBeGreaterThan(at - 1);
    }
  });

  it('never lets more through in any time than burst plus rate', () => {
    let budget = fullBudget(limits, 0);
    let sent = 0;
    for (let now = 0; now <= 10_000; now += 7) {
      budget = refill(budget, limits, now);
      while (tokenAt(budget, limits, 'ordinary') <= now) {
        budget = take(budget, limits, 'ordinary');
        sent += 1;
      }
    }
    expect(sent).toBeGreaterThanOrEqual(64); // the reserve stays
    expect(sent).toBeLessThanOrEqual(65);
  });

  it('lets ends borrow one burst, which the requests after them pay back at the same rate', () => {
    const ends = drain(fullBudget(limits, 0), 'end');
    expect(ends.taken).toBe(40);
    expect(tokenAt(ends.budget, limits, 'end')).toBe(200);
    expect(tokenAt(ends.budget, limits, 'urgent')).toBe(4_200);
    expect(tokenAt(ends.budget, limits, 'ordinary')).toBe(5_200);
  });

  it('spreads what follows a refusal: only the reserve is left, for ends as well, until the server has rested', () => {
    const refused = shrinkToReserve(fullBudget(limits, 0), limits);
    expect(drain(refused, 'end').taken).toBe(5);
    expect(drain(refill(refused, limits, 1_000), 'end').taken).toBe(15);
    expect(shrinkToReserve({ ...fullBudget(limits, 0), tokens: 2 }, limits).tokens).toBe(2);
  });

  it.each([
    ['urgent', 1 / 2],
    ['opening', 1 / 2],
    ['look', 1 / 4],
  ] as const)('a flood of %s takes its share of the rate and leaves the rest to ordinary requests', (claim, share) => {
    let budget = fullBudget(limits, 0);
    const sent = { [claim]: 0, ordinary: 0 };
    for (let now = 0; now <= 1_000_000; now += 10) {
      budget = refill(budget, limits, now);
      for (const next of [claim, 'ordinary'] as const)
        if (tokenAt(budget, limits, next) <= now) {
          budget = take(budget, limits, next);
          sent[next] = (sent[next] ?? 0) + 1;
        }
    }
    expect((sent[claim] ?? 0) / 5_000).toBeCloseTo(share, 1);
    expect(sent.ordinary / 5_000).toBeCloseTo(1 - share, 1);
  });

  it('is not confused by time that seems to go back', () => {
    const budget = { ...fullBudget(limits, 1_000), tokens: 3, credit: 0 };
    expect(refill(budget, limits, 500)).toEqual(budget);
  });
});
