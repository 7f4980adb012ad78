// Readable by everybody: axe finds nothing, in light and dark, on a phone, with few boxes and many, lost and logged out.

import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { boxOf, endedBox, waitingBox } from '../unit/page/sample-boxes.ts';
import { openPage, useBrowser } from './browser.ts';

useBrowser();

const FEW = [
  waitingBox('w'),
  boxOf('a', { lines: ['◆ Sub-agent: x', '\u2003\u2003`ls`', '```\na block\n```'], isLoop: true, findings: 2 }),
  endedBox('e', { state: 'error', title: '[ERROR] main' }),
];
const MANY = [...FEW, ...Array.from({ length: 12 }, (_, number) => boxOf(`more ${number}`))];
const PHONE = { viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true };

/** What axe found, in a few words each. */
async function findings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .map(({ html }) => html)
        .join(' ')
        .slice(0, 300)}`,
  );
}

it.each([
  ['light', FEW, { colorScheme: 'light' }],
  ['dark', FEW, { colorScheme: 'dark' }],
  ['compact', MANY, { colorScheme: 'light' }],
  ['compact and dark', MANY, { colorScheme: 'dark' }],
  ['phone', MANY, { ...PHONE, colorScheme: 'light' }],
  ['dark phone', FEW, { ...PHONE, colorScheme: 'dark' }],
] as const)('axe finds nothing: %s', async (_how, boxes, options) => {
  const { page } = await openPage({ boxes }, { ...options, bypassCSP: true });
  await page.waitForSelector('article');
  await page.locator('[data-id="e"] .fold').click();
  expect(await findings(page)).toEqual([]);
});

it.each(['light', 'dark'] as const)(
  'axe finds nothing when there is nothing, when the connection is lost, and in the list of keys: %s',
  async (colorScheme) => {
    const { page, served } = await openPage({}, { colorScheme, bypassCSP: true });
    await page.waitForSelector('#sources li');
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press('?');
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await served.stop();
    await page.waitForSelector('#lost:visible');
    expect(await findings(page)).toEqual([]);
  },
);

it.each(['light', 'dark'] as const)('axe finds nothing on the login form: %s', async (colorScheme) => {
  const { page } = await openPage({ token: 'a token of ours' }, { colorScheme, bypassCSP: true });
  expect(await findings(page)).toEqual([]);
  await page.getByLabel('Token').fill('wrong');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  expect(await findings(page)).toEqual([]);
});

it('on a phone nothing is wider than the screen', async () => {
  const wide = boxOf('wide', { title: 'x'.repeat(300), lines: [`\`${'y'.repeat(500)}\``, `\`\`\`\n${'z'.repeat(500)}\n\`\`\``] });
  const { page } = await openPage({ boxes: [...FEW, wide] }, PHONE);
  await page.waitForSelector('article');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
});
