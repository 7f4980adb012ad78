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
  await clock.advance(250);
  expect([...events, ...tab.events()].at(-1)).toContain('change 99');
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
    await clock.advance(300);
  }
  expect([slow.written, quick.events().length]).toEqual([[], 51]);
  slow.isSlow = false;
  put('b');
  await clock.advance(300);
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
  await clock.advance(300);
  expect([encoded, new Set(opened.map((tab) => tab.events().at(-1))).size]).toEqual([1, 1]);
});

it('tabs that open while many do cost no look and no pulse each, and have the newest state a moment later', async () => {
  const looks = { refreshed: 0, pulses: 0 };
  const [clock, picture] = [new FakeClock(), new Picture()];
  const refresh = (): void => void (looks.refreshed += 1);
  const tabs = new Tabs({ clock, picture, epoch: 'one', refresh, pulse: () => (looks.pulses += 1) });
  const many = Array.from({ length: 100 }, () => new FakeTab());
  for (const tab of many) tabs.add(tab, undefined);
  expect(looks).toEqual({ refreshed: 1, pulses: 1 });
  picture.put(boxOf('a'));
  await clock.advance(250);
  expect(many.map((tab) => tab.events().at(-1)?.includes('"id":"a"'))).toEqual(many.map(() => true));
  expect(looks.refreshed).toBe(2);
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
