import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Picture } from '../../../src/page/picture.ts';
import { PULSE_MS, type TabConnection, Tabs } from '../../../src/page/tabs.ts';
import { FakeClock } from '../../support/clock.ts';
import { boxOf } from './sample-boxes.ts';

class FakeTab implements TabConnection {
  written: string[] = [];
  isSlow = false;
  isClosed = false;

  isFull(): boolean {
    return this.isSlow;
  }

  write(bytes: Buffer): void {
    this.written.push(bytes.toString());
  }

  close(): void {
    this.isClosed = true;
  }

  /** What came since the last look, without pulses. */
  events(): string[] {
    const texts = this.written.splice(0).join('');
    return texts.split('\n\n').filter((event) => /^event: (?:reset|boxes)$/m.test(event));
  }

  lastId(): string {
    return /^id: (.+)$/m.exec(this.written.join(''))?.[1] ?? '';
  }
}

/** Knows when it got which title. */
class TimedTab extends FakeTab {
  readonly #clock: FakeClock;
  newest: { at: number; title: string }[] = [];

  constructor(clock: FakeClock) {
    super();
    this.#clock = clock;
  }

  override write(bytes: Buffer): void {
    const event = bytes.toString();
    if (/^event: (?:reset|boxes)$/m.test(event))
      this.newest.push({ at: this.#clock.monotonic(), title: /"title":"(.*?)"/.exec(event)?.[1] ?? '' });
  }
}

const LONGEST_WAIT_MS = 334; // of a change, while everything changes all the time

it('without a pulse a tab gets its boxes all the same', () => {
  const tabs = new Tabs({ clock: new FakeClock(), picture: new Picture(), epoch: 'one', refresh: () => undefined, pulse: () => undefined });
  const tab = new FakeTab();
  tabs.add(tab, undefined);
  expect(tab.written.join('')).not.toContain('event: pulse');
  expect(tab.events()).toHaveLength(1);
});

function openTabs(epoch = 'one', picture = new Picture()) {
  const clock = new FakeClock();
  const tabs = new Tabs({ clock, picture, epoch, refresh: () => undefined, pulse: () => ({ now: clock.now() }) });
  const put = (id: string, title = 'title'): void => {
    picture.put(boxOf(id, { title }));
    tabs.changed();
  };
  return { clock, tabs, picture, put };
}

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

it('the boxes for who wants them once are those of a reset, with the newest changes', () => {
  const [clock, picture] = [new FakeClock(), new Picture()];
  const refresh = (): void => void picture.put(boxOf('a', { title: 'täglich ◆ 日本' }));
  const tabs = new Tabs({ clock, picture, epoch: 'one', refresh, pulse: () => undefined });
  expect(JSON.parse(tabs.allBoxes().toString())).toEqual({ boxes: picture.boxes(), gone: [] });
  expect(picture.boxes()).toHaveLength(1);
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
