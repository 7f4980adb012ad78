import { expect, it } from 'vitest';
import { budgetLimits } from '../../../../src/boxes/publish/budget.ts';
import { FairQueue } from '../../../../src/boxes/placement/fair-queue.ts';
import { FakeClock } from '../../../support/clock.ts';

it('agents take turns: one that asks a thousand times holds up no other, and all keep to the budget', async () => {
  const clock = new FakeClock(0);
  const turns = new FairQueue(clock, budgetLimits(5, 20));
  const asked: string[] = [];
  const ask = (agent: string) => void turns.wait(agent).then(() => asked.push(agent));
  for (let question = 0; question < 1_000; question++) ask('flood');
  await clock.advance(0);
  expect(asked).toHaveLength(20);
  ask('calm');
  ask('calm');
  await clock.advance(1_000);
  expect(asked).toHaveLength(25);
  expect(asked.filter((agent) => agent === 'calm')).toHaveLength(2);
  await clock.advance(195_000);
  expect(asked).toHaveLength(1_000);
  await clock.advance(1_000);
  expect(asked).toHaveLength(1_002);
});
