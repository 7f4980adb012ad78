import { describe, expect, it } from 'vitest';
import {
  type Budget,
  budgetLimits,
  fullBudget,
  refill,
  shrinkToReserve,
  take,
  tokenAt,
  type Urgency,
} from '../../../../src/boxes/publish/budget.ts';

const limits = budgetLimits(5, 20);

function drain(budget: Budget, urgency: Urgency): { taken: number; budget: Budget } {
  let rest = budget;
  let taken = 0;
  while (tokenAt(rest, limits, urgency) <= rest.at) {
    rest = take(rest, limits);
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
      ['urgent', 200],
      ['ordinary', 1_200],
    ] as const) {
      const at = tokenAt(budget, limits, urgency);
      expect(at).toBe(dueAt);
      expect(tokenAt(refill(budget, limits, at), limits, urgency)).toBe(at);
      expect(tokenAt(refill(budget, limits, at - 1), limits, urgency)).toBeGreaterThan(at - 1);
    }
  });

  it('never lets more through in any time than burst plus rate', () => {
    let budget = fullBudget(limits, 0);
    let sent = 0;
    for (let now = 0; now <= 10_000; now += 7) {
      budget = refill(budget, limits, now);
      while (tokenAt(budget, limits, 'urgent') <= now) {
        budget = take(budget, limits);
        sent += 1;
      }
    }
    expect(sent).toBeGreaterThanOrEqual(69);
    expect(sent).toBeLessThanOrEqual(70);
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
    expect(shrinkToReserve({ tokens: 2, credit: 20, at: 0 }, limits).tokens).toBe(2);
  });

  it('is not confused by time that seems to go back', () => {
    expect(refill({ tokens: 3, credit: 0, at: 1_000 }, limits, 500)).toEqual({ tokens: 3, credit: 0, at: 1_000 });
  });
});
