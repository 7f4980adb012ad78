// Machines that ran alone join a fleet, and leave it again. Their agents work on meanwhile.

import { expect, it } from 'vitest';
import type { Watcher } from '../integration/harness.ts';
import { OneAgent } from '../integration/one-agent.ts';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { boxWith, FleetOfMachines } from './fleet-machines.ts';

it.each(['SIGTERM', 'SIGKILL'] as const)(
  'upgrade from one machine to a fleet without a double post, and back: after %s of each machine every box goes on in its post',
  async (signal) => {
    const fleet = await FleetOfMachines.start();
    const machines = ['web-1', 'web-2'].map((gateway) => fleet.machine(gateway));
    // Agents and sessions are called alike on both machines.
    const agents = machines.map(({ writer, gateway }) => new OneAgent(writer, gateway.replace('-', ''), SAMPLE.publicId, 'main'));
    const stopAll = (runs: Watcher[]) => Promise.all(runs.map((run) => run.stop(signal)));

    const alone = await Promise.all(machines.map((machine) => machine.alone()));
    for (const agent of agents) agent.begin();
    const ended = agents.map((agent) => agent.mark);
    await fleet.shows('both boxes', (boxes) => ended.every((mark) => boxWith(boxes, mark) !== undefined));
    for (const agent of agents) agent.end();
    await fleet.shows('both ends', (boxes) => boxes.filter(({ title }) => title.startsWith('[DONE]')).length === 2);
    const marks = agents.map((agent) => agent.begin());
    const before = await fleet.shows('the next turns', (boxes) => marks.every((mark) => boxWith(boxes, mark) !== undefined));
    expect(before).toHaveLength(4);
    await stopAll(alone);

    agents[0]?.step(); // one goes on while nobody watches
    const publisher = await fleet.publisher();
    const watching = await Promise.all(machines.map((machine) => machine.watching()));
    await publisher.says('The watcher runs');
    agents[1]?.step();
    const isGoingOn = (step: string, boxes: Parameters<typeof boxWith>[0]): boolean =>
      marks.every((mark) => {
        const box = boxWith(boxes, `${step} of ${mark}`);
        return box?.title.startsWith('[ACTIVE]') === true && box.postId === boxWith(before, mark)?.postId;
      });
    await fleet.shows('both go on in their posts', (boxes) => isGoingOn('step 3', boxes));
    for (const agent of agents) agent.end();
    await fleet.shows('both end', (boxes) => boxes.filter(({ title }) => title.startsWith('[DONE]')).length === 4);
    const last = agents.map((agent) => agent.begin());
    const joined = await fleet.shows('what begins in the fleet', (boxes) => last.every((mark) => boxWith(boxes, mark) !== undefined));
    expect(joined.map(({ postId }) => postId).slice(0, 4)).toEqual(before.map(({ postId }) => postId));
    expect(joined).toHaveLength(6);

    await stopAll([...watching, publisher]);
    await Promise.all(machines.map((machine) => machine.alone()));
    for (const agent of agents) agent.step();
    const isAlone = (boxes: Parameters<typeof boxWith>[0]): boolean =>
      last.every((mark) => boxWith(boxes, `step 5 of ${mark}`)?.postId === boxWith(joined, mark)?.postId);
    const after = await fleet.shows('both go on alone', isAlone);
    expect(after.map(({ postId }) => postId)).toEqual(joined.map(({ postId }) => postId));
  },
);

it('a machine joins a fleet whose publisher has been running for longer: its box goes on in its post, and so do all others', async () => {
  const fleet = await FleetOfMachines.start();
  const publisher = await (await fleet.publisher()).says('The watcher runs');
  const [first, late] = [fleet.machine('web-1'), fleet.machine('web-2')];
  const [there, joining] = [first, late].map(
    ({ writer, gateway }) => new OneAgent(writer, gateway.replace('-', ''), SAMPLE.publicId, 'main'),
  ) as [OneAgent, OneAgent];
  await first.watching();
  const alone = await late.alone();
  const mark = joining.begin();
  const before = await fleet.shows('its box', (boxes) => boxWith(boxes, mark) !== undefined);
  await alone.stop('SIGTERM');
  await late.watching();
  joining.step();
  await fleet.shows('it goes on', (boxes) => boxWith(boxes, `step 2 of ${mark}`)?.postId === boxWith(before, mark)?.postId);
  const other = there.begin();
  await fleet.shows('another machine begins', (boxes) => boxWith(boxes, other) !== undefined);
  joining.end();
  const after = await fleet.shows('it ends', (boxes) => boxWith(boxes, mark)?.title.startsWith('[DONE]') === true);
  expect(after).toHaveLength(2);
  expect(publisher.output).not.toContain('Another watcher has taken over');
});
