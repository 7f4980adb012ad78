// Tabs without a browser, and a clock that tests move.

import { Picture } from '../../../src/page/picture.ts';
import { type TabConnection, Tabs } from '../../../src/page/tabs.ts';
import { FakeClock } from '../../support/clock.ts';
import { boxOf } from './sample-boxes.ts';

export class FakeTab implements TabConnection {
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
export class TimedTab extends FakeTab {
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

/** Of a change, while everything changes all the time. */
export const LONGEST_WAIT_MS = 334;

export function openTabs(epoch = 'one', picture = new Picture()) {
  const clock = new FakeClock();
  const tabs = new Tabs({ clock, picture, epoch, refresh: () => undefined, pulse: () => ({ now: clock.now() }) });
  const put = (id: string, title = 'title'): void => {
    picture.put(boxOf(id, { title }));
    tabs.changed();
  };
  return { clock, tabs, picture, put };
}
