// Machines of a fleet whose clocks are wrong.

import { expect, it } from 'vitest';
import { FleetOfMachines } from './fleet-machines.ts';
import { ToldGateway } from './told-gateway.ts';

const MINUTE = 60_000;

it('a machine whose clock is wrong by minutes: its turns run as long as they run, and the log says it once', async () => {
  const fleet = await FleetOfMachines.start();
  const publisher = await fleet.publisher();
  await publisher.says('The watcher runs');
  const gateways = [-10, 0, 10].map((minutes) => ({
    minutes,
    gateway: new ToldGateway(fleet.bus.url, `at-${minutes + 10}`, { aheadMs: minutes * MINUTE }),
  }));
  for (const { gateway } of gateways) {
    gateway.asks(`agent:${gateway.name}:main`, gateway.name);
    gateway.says(`agent:${gateway.name}:main`, `step one of ${gateway.name}`);
  }
  await fleet.shows(
    'all work',
    (boxes) => boxes.length === 3 && boxes.every(({ title, text }) => title.startsWith('[ACTIVE]') && text.includes('step one')),
  );
  for (const { gateway } of gateways) gateway.says(`agent:${gateway.name}:main`, `step two of ${gateway.name}`);
  const boxes = await fleet.shows('all go on', (all) =>
    all.every(({ title, text }) => title.startsWith('[ACTIVE]') && text.includes('step two')),
  );
  expect(boxes).toHaveLength(3);
  const warned = publisher.output.split('\n').filter((line) => line.includes('The clock of a gateway differs from ours'));
  expect(warned.map((line) => (JSON.parse(line) as { gateway: string }).gateway).toSorted()).toEqual(['at-0', 'at-20']);
  for (const { gateway } of gateways) gateway.ends(`agent:${gateway.name}:main`, 'done');
  const ended = await fleet.shows('all end', (all) => all.every(({ title }) => title.startsWith('[DONE]')));
  for (const { title } of ended) expect(title).not.toMatch(/\d+m/);
});
