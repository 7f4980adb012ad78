import { expect, it } from 'vitest';
import { Picture } from '../../../src/page/picture.ts';
import { PULSE_MS, Tabs } from '../../../src/page/tabs.ts';
import { FakeClock } from '../../support/clock.ts';
import { FakeTab, LONGEST_WAIT_MS, openTabs } from './fake-tabs.ts';
import { boxOf } from './sample-boxes.ts';

it('without a pulse a tab gets its boxes all the same', () => {
  const tabs = new Tabs({ clock: new FakeClock(), picture: new Picture(), epoch: 'one', refresh: () => undefined, pulse: () => undefined });
  const tab = new FakeTab();
  tabs.add(tab, undefined);
  expect(tab.written.join('')).not.toContain('event: pulse');
  expect(tab.events()).toHaveLength(1);
});

it('the boxes for who wants them once are those of a reset, with the newest changes', () => {
  const [clock, picture] = [new FakeClock(), new Picture()];
  const refresh = (): void => void picture.put(boxOf('a', { title: 'täglich ◆ 日本' }));
  const tabs = new Tabs({ clock, picture, epoch: 'one', refresh, pulse: () => undefined });
  expect(JSON.parse(tabs.allBoxes().toString())).toEqual({ boxes: picture.boxes(), gone: [] });
  expect(picture.boxes()).toHaveLength(1);
});

it('a tab that is too slow gets nothing meanwhile, and then only the newest state', async () => {
  const { clock, tabs, put } = openTabs();
  const [slow, quick] = [new FakeTab(), new FakeTab()];
  tabs.add(slow, undefined);
  tabs.add(quick, undefined);
  slow.events();
  slow.isSlow = true;
  for (let change = 0; change < 50; change += 1) {
    put('a', `change ${change}`);
    await clock.advance(LONGEST_WAIT_MS);
  }
  expect([slow.written, quick.events().length]).toEqual([[], 51]);
  slow.isSlow = false;
  put('b');
  await clock.advance(LONGEST_WAIT_MS);
  const events = slow.events();
  expect(events).toHaveLength(1);
  expect(events[0]).toContain('change 49');
  expect(events[0]).not.toContain('change 48');
});

it('a tab that reads nothing for a minute is closed and forgotten', async () => {
  const { clock, tabs } = openTabs();
  const tab = new FakeTab();
  tabs.add(tab, undefined);
  tab.isSlow = true;
  await clock.advance(90_000);
  expect([tab.isClosed, tabs.count()]).toEqual([true, 0]);
});

it('a reconnected tab resumes after the event it saw last', async () => {
  const { clock, tabs, put } = openTabs();
  put('a');
  const tab = new FakeTab();
  const forget = tabs.add(tab, undefined);
  const lastId = tab.lastId();
  forget();
  put('b');
  await clock.advance(300);
  const again = new FakeTab();
  tabs.add(again, lastId);
  const events = again.events();
  expect(events).toHaveLength(1);
  expect(events[0]).toContain('event: boxes');
  expect([events[0]?.includes('"id":"a"'), events[0]?.includes('"id":"b"')]).toEqual([false, true]);
});

it.each(['other.1', 'one.99', 'one.x', 'one.-1', '', 'nonsense', 'one.1.1e9'.repeat(1_000)])(
  'a tab with an id of another process, or with nonsense, starts anew: %o',
  (lastId) => {
    const { tabs, put } = openTabs();
    put('a');
    const tab = new FakeTab();
    tabs.add(tab, lastId);
    expect(tab.events()[0]).toContain('event: reset');
  },
);

it('something comes every few seconds, and no timer runs without tabs', async () => {
  const { clock, tabs, put } = openTabs();
  put('a');
  expect(clock.pending()).toBe(0);
  const tab = new FakeTab();
  const forget = tabs.add(tab, undefined);
  tab.written = [];
  await clock.advance(PULSE_MS * 3);
  expect(tab.written.filter((text) => text.includes('event: pulse'))).toHaveLength(3);
  forget();
  await clock.advance(PULSE_MS);
  expect(clock.pending()).toBe(0);
});

it('fifty tabs in step get the very same text, made once', async () => {
  let encoded = 0;
  class Counting extends Picture {
    override newsSince(since: number | undefined): ReturnType<Picture['newsSince']> {
      encoded += 1;
      return super.newsSince(since);
    }
  }
  const { clock, tabs, put } = openTabs('one', new Counting());
  const opened = Array.from({ length: 50 }, () => new FakeTab());
  for (const tab of opened) tabs.add(tab, undefined);
  encoded = 0;
  put('a');
  await clock.advance(LONGEST_WAIT_MS);
  expect([encoded, new Set(opened.map((tab) => tab.events().at(-1))).size]).toEqual([1, 1]);
});

it('what waits for tabs that read nothing is bounded: the oldest of them are given up, and who reads is not', async () => {
  const { clock, tabs, put } = openTabs();
  const reader = new FakeTab();
  tabs.add(reader, undefined);
  const idle = Array.from({ length: 30 }, () => new FakeTab());
  for (const [index, tab] of idle.entries()) {
    put('large', `${index}`.padEnd(2 * 1_048_576, 'x'));
    await clock.advance(250);
    tabs.add(tab, undefined);
    tab.isSlow = true;
  }
  await clock.advance(LONGEST_WAIT_MS);
  const open = idle.map(({ isClosed }) => !isClosed);
  expect(open.filter(Boolean).length).toBeLessThanOrEqual(16);
  expect(open.slice(-10)).not.toContain(false);
  expect([reader.isClosed, reader.events().at(-1)?.includes('"29xxx')]).toEqual([false, true]);
});

it('tabs that were sent the same share the memory of it, and all stay', () => {
  const { tabs, put } = openTabs();
  put('large', 'x'.repeat(1_048_576));
  const idle = Array.from({ length: 50 }, () => new FakeTab());
  for (const tab of idle) {
    tabs.add(tab, undefined);
    tab.isSlow = true;
  }
  expect(idle.filter(({ isClosed }) => isClosed)).toEqual([]);
});
