// What it costs to note down the intents of creates, each of which is on disk before its request is sent.

import { expect, it } from 'vitest';
import { budgetLimits } from '../../../src/boxes/publish/budget.ts';
import { StateStore } from '../../../src/store/state-store.ts';
import { createHarness, view } from '../boxes/publish/harness.ts';

const BOXES = 40;

it('creates that begin at one moment take one transaction together, before the first of them is sent', async () => {
  const steps: string[] = [];
  const { publisher, clock } = createHarness({
    options: { limits: budgetLimits(BOXES, BOXES) },
    posts: (disk) => {
      const write: typeof disk.write = (changes) => {
        steps.push(`${changes.length} on disk`);
        return disk.write(changes);
      };
      return new StateStore({ ...disk, write }, { sessions: () => new Map(), entries: () => [] }).posts;
    },
    wrap: (sink) => ({
      ...sink,
      create: (draft, signal) => {
        steps.push('sent');
        return sink.create(draft, signal);
      },
    }),
  });
  for (let box = 0; box < BOXES; box += 1) publisher.show(view(`box${box}`, 'new', { urgentKey: 'open', channelId: `channel${box}` }));
  await clock.advance(1);
  const sent = steps.length - 1;
  expect(sent).toBeGreaterThan(1);
  expect(steps).toEqual([`${sent} on disk`, ...Array.from({ length: sent }, () => 'sent')]);
});
