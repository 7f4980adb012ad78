// The twelve points of docs/PAGE.md, each in a real browser.

import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { until } from '../support/until.ts';
import { boxOf, endedBox, waitingBox } from '../unit/page/sample-boxes.ts';
import { healthyReport } from '../unit/page/sample-report.ts';
import { servePage } from '../unit/page/served-page.ts';
import { expectNoMisdeeds, openPage, titlesIn, useBrowser } from './browser.ts';

useBrowser();

const HOUR_MS = 3_600_000;
const INDENT = '\u2003\u2003';

it('1: who waits stands first, who waits longest before others, with since when and until when', async () => {
  const now = Date.now();
  const boxes = [
    boxOf('works'),
    waitingBox('new', { waits: [{ on: 'answer', since: now - 60_000 }] }),
    waitingBox('old', { waits: [{ on: 'review', since: now - 3 * HOUR_MS, until: now + 5.5 * HOUR_MS }] }),
  ];
  const opened = await openPage({ boxes });
  const { page } = opened;
  await page.waitForSelector('article');
  expect(await page.locator('main article h3').allTextContents()).toEqual([
    '[WAITING] main | turn old',
    '[WAITING] main | turn new',
    '[ACTIVE] main | turn works',
  ]);
  expect(await page.locator('#waiting .wait').first().textContent()).toMatch(
    /^has waited 3 h(?: \d+ min)? for a review, 5 h \d+ min left$/,
  );
  expectNoMisdeeds(opened);
});

it('2: the counts are in the title and in the icon', async () => {
  const { page, served } = await openPage({ boxes: [waitingBox('a'), waitingBox('b'), boxOf('c'), endedBox('d', { state: 'error' })] });
  await page.waitForFunction(() => document.title.startsWith('(2 waiting, 1 at work, 1 failed)'));
  const icon = () => page.locator('#icon').getAttribute('href');
  expect(decodeURIComponent((await icon()) ?? '')).toContain('>2</text>');
  served.put(boxOf('a'), boxOf('b'));
  await page.waitForFunction(() => document.title.startsWith('(0 waiting, 3 at work'));
  expect(decodeURIComponent((await icon()) ?? '')).toContain('>!</text>');
});

it('3: changes come by themselves, the age of the data is visible, and a lost connection is loud until it is back', async () => {
  const { page, served } = await openPage({ boxes: [boxOf('a')] });
  await page.waitForSelector('article');
  served.put(boxOf('a', { title: '[ACTIVE] main | changed' }));
  await page.waitForFunction(() => document.querySelector('h3')?.textContent?.includes('changed'));
  expect(await page.locator('#age').textContent()).toMatch(/^data \d+ (?:s|min) old$/);
  await served.stop();
  await page.waitForSelector('#lost:visible');
  expect(await page.locator('#lost').textContent()).toMatch(/^Connection lost\. Trying again\. What you see is \d+ s old\.$/);
  expect(await page.locator('#lost').getAttribute('role')).toBe('alert');
  const back = await servePage({ port: served.port, boxes: [boxOf('b', { title: '[ACTIVE] main | after the restart' })] });
  onTestFinished(() => back.stop());
  await page.waitForSelector('#lost', { state: 'hidden' });
  await page.getByText('after the restart').waitFor();
  expect(await titlesIn(page, 'working')).toEqual(['[ACTIVE] main | after the restart']);
});

it('4: a reload shows the same, and fifty tabs of one browser share one connection', { timeout: 600_000 }, async () => {
  const { page, served } = await openPage({ boxes: [boxOf('a')] });
  await page.waitForSelector('article');
  await page.reload();
  await page.waitForSelector('article');
  const tabs: Page[] = [];
  for (let count = 0; count < 50; count += 1) {
    const tab = await page.context().newPage();
    await tab.goto(served.url);
    await tab.waitForSelector('article');
    tabs.push(tab);
  }
  served.put(boxOf('b'));
  for (const tab of tabs) await tab.waitForFunction(() => document.querySelectorAll('article').length === 2);
  await until('they share a connection', () => served.tabs.count() <= 2);
  const shown = await Promise.all(tabs.map(async (tab) => (await titlesIn(tab, 'working')).toSorted()));
  expect(shown).toEqual(tabs.map(() => [boxOf('a').title, boxOf('b').title]));
});

it('5: sub-agents are a tree that folds and stays folded; from ten boxes on rows are compact, and open on a click', async () => {
  const lines = ['◆ Sub-agent: tests', `${INDENT}◆ Sub-agent: deeper`, `${INDENT}${INDENT}very deep`, `${INDENT}not so deep`, 'own text'];
  const opened = await openPage({ boxes: [boxOf('tree', { lines })] });
  const { page, served } = opened;
  await page.waitForSelector('details');
  expect(await page.locator('details').count()).toBe(2);
  await page.locator('details > summary').first().click();
  expect(await page.getByText('very deep').isVisible()).toBe(false);
  served.put(boxOf('tree', { lines: [...lines, 'one more line'] }));
  await page.getByText('one more line').waitFor();
  expect(await page.getByText('very deep').isVisible()).toBe(false);
  expect(await page.getByText('own text').isVisible()).toBe(true);
  served.put(...Array.from({ length: 9 }, (_, number) => boxOf(`more ${number}`)));
  await page.waitForFunction(() => document.querySelectorAll('article.compact').length === 10);
  expect(await page.getByText('own text').isVisible()).toBe(false);
  await page.locator('[data-id="tree"] .fold').click();
  expect(await page.getByText('own text').isVisible()).toBe(true);
  expectNoMisdeeds(opened);
});

it('6: every box says when it last showed a sign, and an ended one stops: nothing runs for ever', async () => {
  const now = Date.now();
  const boxes = [
    boxOf('quiet', { state: 'quiet', title: '[ACTIVE] main | quiet', lastEventAt: now - 3 * HOUR_MS }),
    endedBox('lost', { state: 'lost', title: '[LOST] main', endedAt: now - 7_200_000 }),
    endedBox('interrupted', { state: 'interrupted', title: '[INTERRUPTED] main', endedAt: now - 3_600_000 }),
  ];
  const { page } = await openPage({ boxes });
  await page.waitForSelector('article');
  expect(await page.locator('[data-id="quiet"] .facts').textContent()).toMatch(/last sign (?:3 h|3 h \d+ min) ago/);
  expect(await titlesIn(page, 'ended')).toEqual(['[INTERRUPTED] main', '[LOST] main']);
  expect(await page.locator('[data-id="lost"] .facts').textContent()).toMatch(/ended (?:2 h|2 h \d+ min) ago/);
});

it('a fleet: gateway is a filter where there are several, and boxes of a silent one neither work nor have ended', async () => {
  const { page, served } = await openPage({ boxes: [boxOf('a', { gateway: 'web-1' })] });
  await page.waitForSelector('article');
  const list = page.locator('select[name=gateway]');
  expect(await list.isVisible()).toBe(false);
  const title = '[SILENT] main | no news for 4m';
  served.put(boxOf('b', { gateway: 'web-2', state: 'silent', activity: 'idle', title }));
  await until('the filter is there', () => list.isVisible());
  expect([await titlesIn(page, 'silent'), await titlesIn(page, 'working')]).toEqual([[title], [boxOf('a').title]]);
  expect(await page.locator('#counts').textContent()).toBe('0 waiting · 1 at work · 1 silent');
  await list.selectOption('web-2');
  await until('only web-2', async () => (await page.locator('article').count()) === 1);
  expect(new URL(page.url()).search).toBe('?gateway=web-2');
  served.put(boxOf('b', { gateway: 'web-2', title: '[ACTIVE] main | it goes on' }));
  await page.getByText('it goes on').waitFor();
  expect([await titlesIn(page, 'silent'), await titlesIn(page, 'working')]).toEqual([[], ['[ACTIVE] main | it goes on']]);
});

it('7: filters are in the address: a link shows the same boxes', async () => {
  const boxes = [
    boxOf('a', { agent: 'alpha', channel: 'lab/one' }),
    boxOf('b', { agent: 'beta', channel: 'lab/two', source: 'codex', lines: ['needle in a line'] }),
    endedBox('c', { agent: 'beta', channel: 'lab/one' }),
  ];
  const { page, served } = await openPage({ boxes });
  await page.waitForSelector('article');
  const idsShown = () => page.locator('article').evaluateAll((nodes) => nodes.map((node) => node.getAttribute('data-id') ?? '').toSorted());
  await page.locator('select[name=agent]').selectOption('beta');
  await until('only beta', async () => (await idsShown()).join() === 'b,c');
  await page.locator('select[name=state]').selectOption('done');
  await until('only what is done', async () => (await idsShown()).join() === 'c');
  expect(new URL(page.url()).search).toBe('?agent=beta&state=done');
  for (const [search, ids] of [
    ['?channel=lab%2Fone', 'a,c'],
    ['?source=codex', 'b'],
    ['?q=NEEDLE', 'b'],
    ['?q=nothing', ''],
    ['?agent=%3Cimg%3E', ''],
  ] as const) {
    await page.goto(served.url + search);
    await page.waitForFunction(() => document.getElementById('counts')?.textContent !== '');
    expect([search, (await idsShown()).join()]).toEqual([search, ids]);
  }
  expect(await page.locator('#empty').isVisible()).toBe(true);
  await page.locator('#clear').click();
  await until('all', async () => (await idsShown()).join() === 'a,b,c');
  expect(new URL(page.url()).search).toBe('');
});

it('8: a box links its post, a wait the page where it is answered; other addresses are only text', async () => {
  const evil = ['javascript:alert(1)', 'data:text/html,x', ' java\nscript:alert(1)', 'vbscript:x', '//x'];
  const waits = evil.map((link) => ({ on: 'approval', since: 1, link }) as const);
  const { page } = await openPage({ boxes: [waitingBox('good'), waitingBox('evil', { waits, link: 'file:///etc/passwd' })] });
  await page.waitForSelector('article');
  const links = (id: string) =>
    page
      .locator(`[data-id="${id}"] a`)
      .evaluateAll((nodes) => nodes.map((node) => [node.textContent, node.getAttribute('href'), node.getAttribute('rel')]));
  expect(await links('good')).toEqual([
    ['Answer', 'https://ui.example.org/approve/1', 'noopener noreferrer'],
    ['Post', 'http://chat.example.org/_redirect/pl/good', 'noopener noreferrer'],
  ]);
  expect(await links('evil')).toEqual([]);
});

it('9: what was used today is there by agent, and loops are marked', async () => {
  const boxes = [
    boxOf('a', { agent: 'alpha', tokens: 2_000_000, costUsd: 3, isLoop: true, findings: 1 }),
    boxOf('b', { agent: 'beta' }),
    endedBox('c', { agent: 'beta' }),
  ];
  const old = endedBox('old', { agent: 'beta', lastEventAt: Date.now() - 2 * 86_400_000 });
  const { page } = await openPage({ boxes: [...boxes, old] });
  await page.waitForSelector('#today tbody tr');
  const rows = await page
    .locator('#today tbody tr')
    .evaluateAll((nodes) => nodes.map((row) => [...row.children].map((cell) => cell.textContent).join(' ')));
  expect(rows).toEqual(['alpha 2.0M $3.00', 'beta 2.4k $1.00']);
  expect(await page.locator('.loop').allTextContents()).toEqual(['loop']);
});

it('10: ended turns are there, the newest first, each with its last card', async () => {
  const now = Date.now();
  const boxes = [endedBox('older', { endedAt: now - 3_600_000 }), endedBox('newer', { lines: ['how it went'] })];
  const { page, served } = await openPage({ boxes });
  await page.waitForSelector('article');
  expect(await titlesIn(page, 'ended')).toEqual(['[DONE] main | turn newer', '[DONE] main | turn older']);
  await page.locator('[data-id="newer"] .fold').click();
  expect(await page.getByText('how it went').isVisible()).toBe(true);
  served.remove('older');
  await page.waitForFunction(() => document.querySelectorAll('article').length === 1);
});

it('11: the health of the watcher, its sources, breaker, last push and findings', async () => {
  const { page, served } = await openPage();
  await page.waitForSelector('#sources li');
  expect(await page.locator('#health').textContent()).toMatch(/^degraded: .*two folders cannot be read/);
  expect(await page.locator('#sources li').allTextContents()).toEqual([
    expect.stringContaining('transcripts readable'),
    expect.stringContaining('codex impaired: two folders'),
  ]);
  expect((await page.locator('#facts').textContent()) ?? '').toMatch(/Breakerhalf-open.*Last push/);
  served.report({ ...healthyReport, status: 'down', reason: 'Mattermost refuses the token' });
  await page.waitForFunction(() => document.getElementById('health')?.textContent === 'down: Mattermost refuses the token');
});

it('12: the keyboard does everything that a click does', async () => {
  const { page } = await openPage({ boxes: [waitingBox('first'), boxOf('second'), endedBox('third')] });
  await page.waitForSelector('article');
  const focused = () =>
    page.evaluate(() => document.activeElement?.getAttribute('data-id') ?? document.activeElement?.getAttribute('name'));
  await page.keyboard.press('j');
  expect(await focused()).toBe('first');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  expect(await focused()).toBe('third');
  await page.keyboard.press('k');
  expect(await focused()).toBe('second');
  await page.keyboard.press('o');
  expect(await page.locator('[data-id="second"] .lines').count()).toBe(0);
  expect(await focused()).toBe('second');
  await page.keyboard.press('Enter');
  expect(await page.locator('[data-id="second"] .lines').count()).toBe(1);
  await page.keyboard.press('/');
  expect(await focused()).toBe('q');
  await page.keyboard.type('jk?');
  expect(await page.locator('dialog').isVisible()).toBe(false);
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  expect(await page.locator('dialog').isVisible()).toBe(true);
  await page.keyboard.press('Escape');
  expect(await page.locator('dialog').isVisible()).toBe(false);
});

it('12: a screen reader hears of who waits or fails, and of nothing else', async () => {
  const { page, served } = await openPage({ boxes: [boxOf('a')] });
  await page.waitForSelector('article');
  expect(await page.locator('[aria-live], [role=status]').count()).toBe(1);
  served.put(boxOf('a', { title: 'changed' }), boxOf('b'));
  await page.waitForFunction(() => document.querySelectorAll('article').length === 2);
  expect(await page.locator('#status').textContent()).toBe('');
  served.put(waitingBox('a'));
  await page.waitForFunction(() => document.getElementById('status')?.textContent === '1 agent waits for people.');
  served.put(endedBox('b', { state: 'error' }));
  await page.waitForFunction(() => document.getElementById('status')?.textContent === '1 failed within the last hour.');
});

it('12: who asked for notifications gets one of what begins to wait and what fails, and of nothing else', async () => {
  const { page, served } = await openPage(
    { boxes: [boxOf('a'), waitingBox('waits already')] },
    {
      permissions: ['notifications'],
      prepare: async (tab) => {
        await tab.addInitScript(() => {
          const told: string[] = [];
          Object.assign(globalThis, { told });
          class Told {
            static permission = 'granted';
            static requestPermission = () => Promise.resolve('granted');
            constructor(title: string, options: { tag: string }) {
              told.push(`${options.tag}: ${title}`);
            }
            addEventListener(): void {}
          }
          Object.assign(globalThis, { Notification: Told });
        });
      },
    },
  );
  await page.waitForSelector('article');
  const told = () => page.evaluate(() => (globalThis as unknown as { told: string[] }).told);
  served.put(waitingBox('not asked for'));
  await page.waitForSelector('[data-id="not asked for"]');
  expect(await told()).toEqual([]);
  await page.locator('#notify').click();
  await page.waitForSelector('#notify[aria-pressed=true]');
  served.put(waitingBox('a'), boxOf('b'), endedBox('c'), endedBox('d', { state: 'error', title: '[ERROR] d' }));
  await page.waitForSelector('[data-id="d"]');
  expect(await told()).toEqual(['a: [WAITING] main | turn a', 'd: [ERROR] d']);
});
