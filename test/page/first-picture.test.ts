// The page before its stream is open.

import { expect, it, onTestFinished } from 'vitest';
import { boxOf } from '../unit/page/sample-boxes.ts';
import { servePage } from '../unit/page/served-page.ts';
import { expectNoMisdeeds, openPage, titlesIn, useBrowser } from './browser.ts';

useBrowser();

it('the boxes are there before the stream is; what it then tells again is not drawn again', async () => {
  const boxes = [boxOf('a'), boxOf('b'), boxOf('gone')];
  const opened = await openPage(
    { boxes },
    {
      prepare: async (tab) => {
        await tab.addInitScript(() => {
          const drawn: string[] = [];
          class Dead {
            addEventListener(): void {}
            close(): void {}
          }
          Object.assign(globalThis, { drawn, SharedWorker: undefined, EventSource: Dead, Alive: EventSource });
          new MutationObserver((records) => {
            for (const { addedNodes } of records)
              for (const node of addedNodes)
                if (node instanceof HTMLElement && node.tagName === 'ARTICLE') drawn.push(node.dataset['id'] ?? '');
          }).observe(document, { childList: true, subtree: true });
        });
      },
    },
  );
  const { page, served } = opened;
  await page.waitForFunction(() => document.querySelectorAll('article').length === 3);
  served.put(boxOf('new'));
  served.remove('gone');
  await page.evaluate(() => Object.assign(globalThis, { EventSource: (globalThis as unknown as { Alive: unknown }).Alive }));
  await page.waitForSelector('[data-id="new"]'); // it opens another stream when one is silent
  await page.waitForSelector('[data-id="gone"]', { state: 'detached' });
  const drawn = await page.evaluate(() => (globalThis as unknown as { drawn: string[] }).drawn);
  expect(drawn.toSorted()).toEqual(['a', 'b', 'gone', 'new']);
  expectNoMisdeeds(opened);
});

it('a server that is gone before the stream is opened is a lost connection, too, and it is found again', async () => {
  const { page, served } = await openPage(
    { boxes: [boxOf('a')] },
    {
      prepare: async (tab) => {
        await tab.clock.install();
        await tab.clock.pauseAt(Date.now() + 3_600_000); // the stream is opened by a timer
      },
    },
  );
  await page.waitForSelector('article');
  await served.stop();
  await page.clock.resume();
  await page.waitForSelector('#lost:visible');
  const back = await servePage({ port: served.port, boxes: [boxOf('b')] });
  onTestFinished(() => back.stop());
  await page.waitForSelector('[data-id="b"]');
  await page.waitForSelector('#lost', { state: 'hidden' });
  expect(await titlesIn(page, 'working')).toEqual([boxOf('b').title]);
});
