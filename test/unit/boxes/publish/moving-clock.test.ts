// Time goes on between two readings of a real clock.

import { expect, it } from 'vitest';
import { FairQueue } from '../../../../src/boxes/placement/fair-queue.ts';
import { FakeClock } from '../../../support/clock.ts';
import { createHarness, view } from './harness.ts';

class MovingClock extends FakeClock {
  #readings = 0;

  override monotonic(): number {
    this.#readings += 1;
    return super.monotonic() + this.#readings / 1_000;
  }
}

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
