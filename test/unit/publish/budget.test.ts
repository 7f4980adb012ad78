import { describe, expect, it } from 'vitest';
import { type Budget, budgetLimits, fullBudget, refill, shrinkToReserve, take, tokenAt } from '../../../src/boxes/budget.ts';

const limits = budgetLimits(5, 20);

function drain(budget: Budget, urgent: boolean): { taken: number; budget: Budget } {
  let rest = budget;
  let taken = 0;
  while (tokenAt(rest, limits, urgent) <= rest.at) {
    rest = take(rest);
    taken += 1;
  }
  return { taken, budget: rest };
}

describe('budget', () => {
  it('keeps a quarter of the burst for urgent requests', () => {
    expect(limits.reserve).toBe(5);
    const ordinary = drain(fullBudget(limits, 0), false);
    expect(ordinary.taken).toBe(15);
    expect(drain(ordinary.budget, true).taken).toBe(5);
    expect(drain(fullBudget(limits, 0), true).taken).toBe(20);
  });

  it('refills at its rate up to the burst', () => {
    const { budget } = drain(fullBudget(limits, 0), true);
    expect(refill(budget, limits, 1_000).tokens).toBeCloseTo(5);
    expect(refill(budget, limits, 60_000).tokens).toBe(20);
  });

  it('says when the next token is there, and it is there then', () => {
    const { budget } = drain(fullBudget(limits, 0), true);
    for (const urgent of [true, false]) {
      const at = tokenAt(budget, limits, urgent);
      expect(at).toBe(urgent ? 200 : 1_200);
      expect(tokenAt(refill(budget, limits, at), limits, urgent)).toBe(at);
      expect(tokenAt(refill(budget, limits, at - 1), limits, urgent)).toBeGreaterThan(at - 1);
    }
  });

  it('never lets more through in any time than burst plus rate', () => {
    let budget = fullBudget(limits, 0);
    let sent = 0;
    for (let now = 0; now <= 10_000; now += 7) {
      budget = refill(budget, limits, now);
      while (tokenAt(budget, limits, true) <= now) {
        budget = take(budget);
        sent += 1;
      }
    }
    expect(sent).toBeGreaterThanOrEqual(69);
    expect(sent).toBeLessThanOrEqual(70);
  });

  it('spreads what follows a refusal: only the reserve is left', () => {
    expect(shrinkToReserve(fullBudget(limits, 0), limits).tokens).toBe(5);
    expect(shrinkToReserve({ tokens: 2, at: 0 }, limits).tokens).toBe(2);
  });

  it('is not confused by time that seems to go back', () => {
    expect(refill({ tokens: 3, at: 1_000 }, limits, 500)).toEqual({ tokens: 3, at: 1_000 });
  });
});
