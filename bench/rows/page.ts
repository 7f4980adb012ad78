import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Figure, Row } from '../contract.ts';
import { rateOf } from '../harness/accounting.ts';
import { quantile } from '../harness/quantile.ts';
import { barePaint, openSite, openTab, type Site, type Tab, withBrowser } from '../harness/site.ts';
import { workSteadily } from '../load/sessions.ts';

const CLIENT = new URL('../../src/page/client/', import.meta.url);
const STEP_MS = 333; // so that nothing is held back for the next quarter of a second
const TABS = 50;
const CHANGING = 10; // a second
const WHEEL_PIXELS = 800;
const WHEEL_MS = 30;

/** Each time in a browser that was never there. Then one turn after the other has an event, while nothing else goes on. */
export const page: Row = {
  name: 'page',
  title: 'the page with 200 boxes, in Chromium',
  run: async ({ place, quick, tell }) => {
    const count = quick ? 20 : 200;
    const site = await openSite(place, count);
    const figures = await withBrowser(async (browser) => {
      tell('opens it');
      const [paints, bare]: [number[], number[]] = [[], []];
      for (let load = 0; load < (quick ? 2 : 9); load++) {
        bare.push(await barePaint(browser, site.url));
        const tab = await openTab(browser, site.url, count);
        paints.push(await tab.painted(count));
        await tab.close();
      }
      tell('one event after the other');
      const delays = await delaysOf(await openTab(browser, site.url, count), site, quick ? 10 : 200);
      return [
        {
          what: 'from the request until all are painted, median',
          now: quantile(paints, 0.5),
          floor: quantile(bare, 0.5),
          limit: 300,
          unit: 'ms',
        },
        { what: 'a line appended until the box is drawn, median', now: quantile(delays, 0.5), unit: 'ms' },
        { what: 'a line appended until the box is drawn, 99th percentile', now: quantile(delays, 0.99), limit: 100, unit: 'ms' },
        sizeOfClient(),
      ];
    });
    await site.watcher.stop();
    return figures;
  },
};

async function delaysOf(tab: Tab, { sessions }: Site, steps: number): Promise<number[]> {
  await sleep(5_000); // what the opening caused is over
  const appended: number[] = [];
  for (let step = 0; step < steps; step++) {
    appended.push(performance.timeOrigin + performance.now());
    sessions[step % sessions.length]?.step();
    await sleep(STEP_MS);
  }
  await sleep(2_000);
  const { changes } = await tab.probed();
  return appended.map((at) => (changes.find((change) => change >= at) ?? Number.POSITIVE_INFINITY) - at);
}

function sizeOfClient(): Figure {
  const sizes = readdirSync(CLIENT).map((name) => gzipSync(readFileSync(new URL(name, CLIENT))).length);
  return { what: 'all files of it, compressed', now: sizes.reduce((sum, size) => sum + size, 0) / 1_000, limit: 40, unit: 'KB' };
}

/** Fifty connections, as of fifty browsers: tabs of one browser share one. */
export const pageTabs: Row = {
  name: 'page-tabs',
  title: '50 tabs of the page, 10 changes a second',
  run: async ({ place, quick, tell }) => {
    const { url, sessions, watcher } = await openSite(place, CHANGING);
    const seconds = quick ? 4 : 30;
    const work = async (): Promise<number> => {
      await workSteadily(sessions, quick ? 1 : 10);
      const before = watcher.account();
      await workSteadily(sessions, seconds);
      return rateOf(before, watcher.account()).corePercent;
    };
    tell('without a tab');
    const alone = await work();
    tell('with all of them');
    const stopped = new AbortController();
    const reads = await Promise.all(Array.from({ length: TABS }, () => readAll(`${url}events`, stopped.signal)));
    const together = await work();
    stopped.abort();
    await watcher.stop();
    return [
      { what: 'of a core, more than without a tab', now: together - alone, limit: 5, unit: '%' },
      { what: 'of a core', now: together, floor: alone, unit: '%' },
      {
        what: 'events a tab and second',
        now: Math.max(...reads.map((read) => read.events)) / (seconds + (quick ? 1 : 10)),
        limit: 4.5,
        unit: '',
      },
    ];
  },
};

/** Reads a stream as long as it lasts, and counts. Resolves when it begins. */
async function readAll(url: string, signal: AbortSignal): Promise<{ events: number }> {
  const read = { events: 0 };
  const { body } = await fetch(url, { signal });
  void (async () => {
    for await (const chunk of body ?? [])
      read.events +=
        Buffer.from(chunk as Uint8Array)
          .toString()
          .split('event: boxes').length - 1;
  })().catch(() => undefined); // it ends by the signal
  return read;
}

/** By the wheel of a mouse, from top to bottom, while ten boxes change every second. */
export const pageThousand: Row = {
  name: 'page-1000',
  title: 'the page with 1,000 boxes, in Chromium',
  run: async ({ place, quick, tell }) => {
    const count = quick ? 100 : 1_000;
    const site = await openSite(place, count);
    const longest = await withBrowser(async (browser) => {
      const tab = await openTab(browser, site.url, count);
      await sleep(5_000);
      tell('scrolls without changes');
      const still = await longestWhileScrolling(tab, quick ? 40 : 150);
      tell('scrolls with ten changes a second');
      const working = workSteadily(site.sessions.slice(0, CHANGING), quick ? 3 : 10);
      const changing = await longestWhileScrolling(tab, quick ? 40 : 150);
      await working;
      return { still, changing };
    });
    await site.watcher.stop();
    return [
      { what: 'longest task while it scrolls', now: longest.still, limit: 50, unit: 'ms' },
      { what: 'the same with ten changes a second', now: longest.changing, limit: 50, unit: 'ms' },
    ];
  },
};

/** 0 where no task took longer than the 50 ms from which browsers tell of them. */
async function longestWhileScrolling(tab: Tab, turns: number): Promise<number> {
  await tab.page.mouse.move(300, 300);
  await tab.forgetTasks();
  for (let turn = 0; turn < turns; turn++) {
    await tab.page.mouse.wheel(0, turn < turns / 2 ? WHEEL_PIXELS : -WHEEL_PIXELS);
    await sleep(WHEEL_MS);
  }
  return (await tab.probed()).longestTaskMs;
}
