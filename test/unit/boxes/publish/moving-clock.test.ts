// Time goes on between two readings of a real clock.

import { expect, it } from 'vitest';
import { FairQueue } from '../../../../src/boxes/placement/fair-queue.ts';
import { MovingClock } from '../../../support/clock.ts';
import { createHarness, view } from './harness.ts';

it('a request for which there is a token is sent although the clock goes on while that is found out', async () => {
  const { clock, server, publisher } = createHarness({ clock: new MovingClock() });
  publisher.show(view('a', 'first'));
  await clock.advance(20);
  expect(server.posts.size).toBe(1);
  expect(publisher.stats().isBudgetSpent).toBe(false);
});

it('a look for which there is a token is let go at once', async () => {
  const clock = new MovingClock();
  const { budget } = createHarness({ clock });
  let isLetGo = false;
  void new FairQueue(clock, budget).wait({ agent: 'main', boxId: 'a' }).then(() => (isLetGo = true));
  await clock.advance(0);
  expect(isLetGo).toBe(true);
});
