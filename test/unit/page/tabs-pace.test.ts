// How often tabs are told, and how soon.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Picture } from '../../../src/page/picture.ts';
import { PULSE_MS, Tabs } from '../../../src/page/tabs.ts';
import { FakeClock } from '../../support/clock.ts';
import { FakeTab, LONGEST_WAIT_MS, openTabs, TimedTab } from './fake-tabs.ts';
import { boxOf } from './sample-boxes.ts';

it('a change is sent at once, and then at most four times a second with only the newest state', async () => {
  const { clock, tabs, put } = openTabs();
  const tab = new FakeTab();
  tabs.add(tab, undefined);
  expect(tab.events()).toHaveLength(1);
  await clock.advance(1_000);
  put('a', 'first');
  await clock.advance(0);
  expect(tab.events()).toHaveLength(1);
  for (let change = 0; change < 100; change += 1) {
    put('a', `change ${change}`);
    await clock.advance(10);
  }
  const events = tab.events();
  expect(events.length).toBeLessThanOrEqual(4);
  await clock.advance(LONGEST_WAIT_MS);
  expect([...events, ...tab.events()].at(-1)).toContain('change 99');
});

it('whatever comes when, a tab gets at most four changes in any second, and each within a third of a second', async () => {
  const gapMs = fc.oneof({ weight: 8, arbitrary: fc.nat(150) }, { weight: 1, arbitrary: fc.nat(6_000) });
  const what = fc.oneof({ weight: 8, arbitrary: fc.constant('change') }, { weight: 1, arbitrary: fc.constantFrom('tab', 'boxes') });
  const happening = fc.record({ afterMs: gapMs, what });
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 100, maxLength: 200 }), async (happenings) => {
      const { clock, tabs, put } = openTabs();
      const tab = new TimedTab(clock);
      tabs.add(tab, undefined);
      tab.newest = [];
      const wanted: { title: string; at: number }[] = [];
      for (const [index, { afterMs, what }] of happenings.entries()) {
        await clock.advance(afterMs);
        if (what === 'tab') tabs.add(new FakeTab(), undefined);
        else if (what === 'boxes') tabs.allBoxes();
        else {
          put('a', `change ${index}`);
          wanted.push({ title: `change ${index}`, at: clock.monotonic() });
        }
      }
      await clock.advance(LONGEST_WAIT_MS);
      for (const [index, { at }] of tab.newest.entries())
        expect((tab.newest[index + 4]?.at ?? Infinity) - at).toBeGreaterThanOrEqual(1_000);
      for (const [index, { at }] of wanted.entries()) {
        const later = new Set(wanted.slice(index).map(({ title }) => title));
        const shownAt = tab.newest.find(({ title }) => later.has(title))?.at ?? Infinity;
        expect(shownAt - at).toBeLessThanOrEqual(LONGEST_WAIT_MS);
      }
      tabs.stop();
    }),
  );
});

it('a change that comes right after another one waits for nothing', async () => {
  const { clock, tabs, put } = openTabs();
  const tab = new FakeTab();
  tabs.add(tab, undefined);
  await clock.advance(1_000);
  tab.events();
  put('a');
  await clock.advance(1);
  put('b');
  await clock.advance(0);
  expect(tab.events()).toHaveLength(2);
});

it('what only time has changed waits for the next change, at most a second, and takes no turn from changes', async () => {
  const { clock, tabs, picture, put } = openTabs();
  const tab = new FakeTab();
  tabs.add(tab, undefined);
  await clock.advance(1_500);
  tab.events();
  let ages = 0;
  const age = (): void => {
    picture.put(boxOf('ages', { title: `${(ages += 1)} seconds` }));
    tabs.aged();
  };
  for (let step = 0; step < 60; step += 1) {
    put('a', `step ${step}`);
    await clock.advance(0);
    expect(tab.events().at(-1)).toContain(`step ${step}`); // a pulse may have taken what has aged before
    for (let within = 0; within < 9; within += 1) {
      await clock.advance(38);
      age();
    }
  }
  await clock.advance(1_000);
  expect(tab.events().map((event) => event.includes('"id":"ages"'))).toEqual([true]);
  await clock.advance(3_200); // no pulse comes within the next seconds
  age();
  await clock.advance(0);
  expect(tab.events()).toHaveLength(1);
  age();
  await clock.advance(999);
  expect(tab.events()).toEqual([]);
  await clock.advance(1);
  expect(tab.events()).toHaveLength(1);
});

it('who asks for all boxes all the time costs two looks a moment, and no tab its changes', async () => {
  const [clock, picture] = [new FakeClock(), new Picture()];
  let looks = 0;
  const tabs = new Tabs({ clock, picture, epoch: 'one', refresh: () => (looks += 1), pulse: () => undefined });
  const tab = new FakeTab();
  tabs.add(tab, undefined);
  tab.events();
  looks = 0;
  for (let change = 0; change < 300; change += 1) {
    picture.put(boxOf('a', { title: `change ${change}` }));
    tabs.changed();
    for (let asked = 0; asked < 10; asked += 1) tabs.allBoxes();
    await clock.advance(10);
  }
  expect(looks).toBeLessThanOrEqual(13);
  expect(tab.events().length).toBeGreaterThanOrEqual(9);
});

it('tabs that open while many do cost two looks and one pulse together, and have the newest state a moment later', async () => {
  const looks = { refreshed: 0, pulses: 0 };
  const [clock, picture] = [new FakeClock(), new Picture()];
  const refresh = (): void => void (looks.refreshed += 1);
  const tabs = new Tabs({ clock, picture, epoch: 'one', refresh, pulse: () => (looks.pulses += 1) });
  const many = Array.from({ length: 100 }, () => new FakeTab());
  for (const tab of many) tabs.add(tab, undefined);
  expect(looks).toEqual({ refreshed: 2, pulses: 1 });
  picture.put(boxOf('a'));
  await clock.advance(LONGEST_WAIT_MS);
  expect(many.map((tab) => tab.events().at(-1)?.includes('"id":"a"'))).toEqual(many.map(() => true));
  expect(looks.refreshed).toBe(3);
});

it('a change right after a pulse waits for nothing', async () => {
  const { clock, tabs, put } = openTabs();
  const tab = new FakeTab();
  tabs.add(tab, undefined);
  await clock.advance(PULSE_MS + 10);
  tab.events();
  put('a');
  await clock.advance(0);
  expect(tab.events()).toHaveLength(1);
});
