import { describe, expect, it } from 'vitest';
import { budgetLimits } from '../../../../src/boxes/publish/budget.ts';
import { FairQueue } from '../../../../src/boxes/placement/fair-queue.ts';
import { RequestBudget } from '../../../../src/boxes/publish/request-budget.ts';
import { FakeClock } from '../../../support/clock.ts';

function asking() {
  const clock = new FakeClock(0);
  const budget = new RequestBudget(() => budgetLimits(5, 20), 0);
  const queue = new FairQueue(clock, budget);
  const asked: string[] = [];
  const ask = (agent: string, boxId = agent): void => void queue.wait({ agent, boxId }).then(() => asked.push(boxId));
  return { clock, budget, queue, asked, ask };
}

describe('looks for the places of boxes', () => {
  it('agents take turns: one that asks a thousand times holds up no other, and all keep to the budget', async () => {
    const { clock, asked, ask } = asking();
    for (let question = 0; question < 1_000; question++) ask('flood');
    await clock.advance(0);
    const atOnce = asked.length;
    expect(atOnce).toBeGreaterThanOrEqual(14);
    expect(atOnce).toBeLessThanOrEqual(20);
    ask('calm');
    ask('calm');
    await clock.advance(2_000);
    expect(asked.filter((agent) => agent === 'calm')).toHaveLength(2);
    await clock.advance(200_000);
    expect(asked).toHaveLength(1_002);
  });

  it('while boxes use up the budget, looks have a quarter of it', async () => {
    const { clock, budget, asked, ask } = asking();
    for (let question = 0; question < 1_000; question++) ask('flood');
    let edits = 0;
    for (let step = 0; step < 6_000; step++) {
      if (budget.tokenAt('ordinary', clock.monotonic()) <= clock.monotonic()) {
        budget.take('ordinary', clock.monotonic());
        edits += 1;
      }
      await clock.advance(10);
    }
    expect(asked.length).toBeGreaterThan(60 * 1.2);
    expect(asked.length).toBeLessThan(60 * 1.25 + 25);
    expect(edits).toBeGreaterThan(60 * 3.5);
  });

  it.each([['before it asks'], ['while it waits']])(
    'a box that a person should see at once goes before all others, hurried %s',
    async (when) => {
      const { clock, budget, queue, asked, ask } = asking();
      for (let question = 0; question < 1_000; question++) ask('flood');
      await clock.advance(0);
      while (budget.tokenAt('ordinary', clock.monotonic()) <= clock.monotonic()) budget.take('ordinary', clock.monotonic());
      if (when === 'while it waits') ask('flood', 'urgent');
      queue.hurry({ agent: 'flood', boxId: 'urgent' });
      if (when === 'before it asks') ask('flood', 'urgent');
      await clock.advance(0);
      expect(asked.at(-1)).toBe('urgent');
      queue.done('urgent');
      ask('flood', 'urgent');
      await clock.advance(1_000);
      expect(asked.at(-1)).not.toBe('urgent');
    },
  );
});
