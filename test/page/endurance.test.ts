// Many boxes, and a tab that is open for a working day.

import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { boxOf, endedBox } from '../unit/page/sample-boxes.ts';
import { expectNoMisdeeds, openPage, useBrowser } from './browser.ts';

useBrowser();

const HOUR_MS = 3_600_000;

function many(count: number, of: (id: string) => ReturnType<typeof boxOf>): ReturnType<typeof boxOf>[] {
  return Array.from({ length: count }, (_, number) => of(`box ${number}`));
}

/** Elements, listeners and bytes that this tab has after everything that nobody needs is gone. */
async function held(page: Page): Promise<{ nodes: number; listeners: number; bytes: number }> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.collectGarbage');
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  await session.detach();
  const of = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
  return { nodes: of('Nodes'), listeners: of('JSEventListeners'), bytes: of('JSHeapUsedSize') };
}

it('of a thousand boxes only the one that changed is drawn anew', async () => {
  const opened = await openPage({ boxes: many(1_000, boxOf) });
  const { page, served } = opened;
  await page.waitForFunction(() => document.querySelectorAll('article').length === 1_000);
  await page.evaluate(() => {
    const changed: string[] = [];
    Object.assign(globalThis, { changed });
    new MutationObserver((mutations) => {
      for (const { addedNodes } of mutations)
        for (const node of addedNodes)
          if (node instanceof HTMLElement && node.tagName === 'ARTICLE') changed.push(node.dataset['id'] ?? '');
    }).observe(document.querySelector('main') ?? document, { childList: true, subtree: true });
  });
  const [box = boxOf('')] = served.picture.boxes().filter(({ id }) => id === 'box 500');
  served.put({ ...box, title: 'another title' });
  await page.waitForFunction(() => document.querySelector('[data-id="box 500"] h3')?.textContent === 'another title');
  expect(await page.evaluate(() => (globalThis as unknown as { changed: string[] }).changed)).toEqual(['box 500']);
  expectNoMisdeeds(opened);
});

it('a tab that is open for eight hours does not grow, however much goes on', async () => {
  const { page, served } = await openPage({ boxes: many(30, boxOf) }, { prepare: (tab) => tab.clock.install() });
  await page.waitForSelector('article');
  const oneHour = async (hour: number): Promise<void> => {
    for (let change = 0; change < 12; change += 1) {
      const ids = many(30, (id) => boxOf(`${id} of ${hour} ${change}`, { title: `hour ${hour} change ${change}` }));
      served.remove(...served.picture.boxes().map(({ id }) => id));
      served.put(...ids, ...many(20, (id) => endedBox(`${id} ended ${hour} ${change}`)));
      await page.waitForFunction((title) => document.querySelector('#working h3')?.textContent === title, `hour ${hour} change ${change}`);
      await page.clock.fastForward(HOUR_MS / 12);
    }
  };
  await oneHour(0);
  const before = await held(page);
  for (let hour = 1; hour < 8; hour += 1) await oneHour(hour);
  const after = await held(page);
  expect(after.nodes).toBeLessThan(before.nodes * 1.2);
  expect(after.listeners).toBeLessThan(before.listeners * 1.2 + 10);
  expect(after.bytes).toBeLessThan(before.bytes * 1.5);
});
