// Choosing what to send must not cost more because more boxes wait.

import { expect, it } from 'vitest';
import type { Pace } from '../../../src/core/edit-pace.ts';
import { budgetLimits } from '../../../src/boxes/publish/budget.ts';
import { FakeClock } from '../../support/clock.ts';
import { createHarness, view } from '../boxes/publish/harness.ts';

/** A pace that counts how often somebody asks what it means for one box. */
class CountedPace extends Array<Pace[number]> {
  asked = 0;

  override [Symbol.iterator](): ReturnType<Pace[number][]['values']> {
    this.asked += 1;
    return super.values();
  }
}

async function plansPerRequest(boxes: number): Promise<number> {
  const pace = CountedPace.of({ fromAgeMs: 0, intervalMs: 2_000 }) as CountedPace; // `of` makes an instance of its class
  const harness = createHarness({ options: { pace, limits: budgetLimits(50, 100) } });
  for (let box = 0; box < boxes; box += 1) harness.publisher.show(view(`box${box}`, 'one', { channelId: `channel${box % 10}` }));
  await harness.clock.advance((boxes / 50) * 1_000 + 60_000);
  for (let box = 0; box < boxes; box += 1) harness.publisher.show(view(`box${box}`, 'two', { channelId: `channel${box % 10}` }));
  await harness.clock.advance(1_000);
  const [asked, sent] = [pace.asked, harness.server.sent.length];
  await harness.clock.advance(2_000);
  expect(harness.server.sent.length - sent).toBeGreaterThan(80);
  return (pace.asked - asked) / (harness.server.sent.length - sent);
}

it('a request is chosen among a thousand boxes with as many looks at boxes as among three hundred', async () => {
  expect(await plansPerRequest(300)).toBeLessThan(5);
  expect(await plansPerRequest(1_000)).toBeLessThan(5);
});

it('a change of a box that waits already wakes nobody up', async () => {
  const clock = new FakeClock();
  const harness = createHarness({ clock });
  for (let box = 0; box < 100; box += 1) harness.publisher.show(view(`box${box}`, 'one'));
  await clock.advance(60_000);
  for (let box = 0; box < 100; box += 1) harness.publisher.show(view(`box${box}`, 'two'));
  await clock.advance(5_000);
  for (let box = 0; box < 100; box += 1) harness.publisher.show(view(`box${box}`, 'three'));
  const { timers } = clock;
  for (let box = 0; box < 100; box += 1) harness.publisher.show(view(`box${box}`, 'four'));
  expect(clock.timers).toBe(timers);
});
