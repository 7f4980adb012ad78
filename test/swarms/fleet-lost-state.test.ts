// A machine of a fleet loses all that it kept, and the agent's turn ended meanwhile: nobody tells the end of its box.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { OneAgent } from '../integration/one-agent.ts';
import { boxWith, FleetOfMachines } from './fleet-machines.ts';

it('a watcher that comes back without its state knows a turn no more that ended meanwhile: its box is lost and never a phantom that runs', async () => {
  const fleet = await FleetOfMachines.start();
  const { rig } = fleet;
  const machine = fleet.machine('web-1');
  const first = await fleet.publisher();
  const watcher = await machine.watching();
  const [ending, going] = [new OneAgent(machine.writer, 'one'), new OneAgent(machine.writer, 'two')];
  const marks = [ending.begin(), going.begin()] as const;
  const before = await fleet.shows('both work', (boxes) => marks.every((mark) => boxWith(boxes, mark) !== undefined));

  await watcher.stop('SIGKILL');
  ending.end();
  rmSync(join(rig.folder, 'web-1', 'state'), { recursive: true });
  await machine.watching();
  await fleet.shows('it is lost', (boxes) => boxWith(boxes, marks[0])?.title.startsWith('[LOST]') === true);
  expect(boxWith(rig.boxes(), marks[1])?.title).toMatch(/^\[ACTIVE\]/);
  await first.says('does not know a turn any more');

  await first.stop('SIGKILL');
  await fleet.publisher();
  going.step();
  const after = await fleet.shows(
    'the other goes on',
    (boxes) => boxWith(boxes, `step 2 of ${marks[1]}`)?.title.startsWith('[ACTIVE]') === true,
  );
  expect(boxWith(after, marks[0])?.title).toMatch(/^\[LOST\]/);
  expect(after.map(({ postId }) => postId)).toEqual(before.map(({ postId }) => postId));
});
