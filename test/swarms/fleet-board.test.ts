// The board of a channel belongs to the fleet, whichever machine keeps it.

import { expect, it } from 'vitest';
import { OneAgent } from '../integration/one-agent.ts';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { until } from '../support/until.ts';
import { boxWith, FleetOfMachines } from './fleet-machines.ts';

const BOARD = { BOARD: 'channel', BOARD_CHANNELS: `${SAMPLE.teamName}/${SAMPLE.publicName}` };

it('a fleet goes on with the board of a machine that joins it, and every publisher with that of the one before: there is one', async () => {
  const fleet = await FleetOfMachines.start();
  const { rig } = fleet;
  const boards = () => rig.boxes().filter(({ title }) => title.startsWith('[BOARD]'));
  const says = (words: string) =>
    until(`the board says "${words}"`, () => boards().some(({ title }) => title.includes(words)), {
      detail: () =>
        rig
          .boxes()
          .map(({ title, text }) => `${title}\n${text}`)
          .join('\n'),
    });
  const machine = fleet.machine('web-1');
  const agent = new OneAgent(machine.writer, 'one');
  const alone = await machine.alone(BOARD);
  const mark = agent.begin();
  await fleet.shows('the box', (boxes) => boxWith(boxes, mark) !== undefined);
  await says('1 working');
  const [board] = boards();
  await alone.stop('SIGTERM');
  await says('the watcher has stopped');

  await machine.watching();
  const first = await fleet.publisher({ ...BOARD, GATEWAY_ID: 'host-a' });
  await says('1 working');
  await first.stop('SIGKILL');
  agent.end();
  await fleet.publisher({ ...BOARD, GATEWAY_ID: 'host-b' });
  await says('nobody works');
  expect(boards().map(({ postId }) => postId)).toEqual([board?.postId]);
});
