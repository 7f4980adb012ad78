// A machine of a fleet dies while its agent works: its box says so, whoever writes it, and goes on when the machine is back.

import { expect, it } from 'vitest';
import { decodeMeta } from '../../src/boxes/publish/post-meta.ts';
import { OneAgent } from '../integration/one-agent.ts';
import { until } from '../support/until.ts';
import { boxWith, FleetOfMachines } from './fleet-machines.ts';

it('a watcher that dies: its box says "no news for", never that it runs, also after a change of publishers, and is taken up when it returns', async () => {
  const fleet = await FleetOfMachines.start();
  const { rig } = fleet;
  const [dying, other] = [fleet.machine('web-1'), fleet.machine('web-2')];
  const first = await fleet.publisher();
  const watcher = await dying.watching();
  await other.watching();
  const agents = [new OneAgent(dying.writer, 'one'), new OneAgent(other.writer, 'two')] as const;
  const [mark, otherMark] = [agents[0].begin(), agents[1].begin()];
  const before = await fleet.shows('both work', (boxes) => [mark, otherMark].every((each) => boxWith(boxes, each) !== undefined));

  await watcher.stop('SIGKILL');
  await fleet.shows('there is no news', (boxes) => boxWith(boxes, mark)?.title.startsWith('[SILENT]') === true);
  const silent = boxWith(rig.boxes(), mark);
  expect(silent?.title).toMatch(/^\[SILENT\] .* \| no news for \d+/);
  expect(silent?.text).toContain(`step 1 of ${mark}`);
  expect(boxWith(rig.boxes(), otherMark)?.title).toMatch(/^\[ACTIVE\]/);
  await first.says('A gateway of the fleet is silent');
  expect(await first.health()).toMatchObject({
    status: 'degraded',
    reason: expect.stringMatching(/gateway web-1 silent since \d\d:\d\d UTC/),
    gateways: [
      { gateway: 'web-1', state: 'silent' },
      { gateway: 'web-2', state: 'heard', boxes: 1 },
    ],
  });

  const claimOf = (words: string): string | undefined => {
    const postId = boxWith(rig.boxes(), words)?.postId;
    return decodeMeta(rig.standIn.posts().find(({ id }) => id === postId)?.props['livestatus'])?.instance;
  };
  const claim = claimOf(mark);
  await first.stop('SIGKILL');
  const second = await fleet.publisher();
  await second.says('A gateway of the fleet is silent');
  await until('the other publisher has written the box', () => claimOf(mark) !== claim);
  expect(boxWith(rig.boxes(), mark)?.title).toMatch(/^\[SILENT\]/);

  await dying.watching();
  agents[0].step();
  const after = await fleet.shows('it goes on', (boxes) => boxWith(boxes, `step 2 of ${mark}`)?.title.startsWith('[ACTIVE]') === true);
  await second.says('A gateway of the fleet is heard again');
  agents[0].end();
  await fleet.shows('it ends', (boxes) => boxWith(boxes, `finished ${mark}`)?.title.startsWith('[DONE]') === true);
  expect(after.map(({ postId }) => postId)).toEqual(before.map(({ postId }) => postId));
});
