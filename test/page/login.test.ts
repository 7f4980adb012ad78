import { expect, it, onTestFinished } from 'vitest';
import { boxOf } from '../unit/page/sample-boxes.ts';
import { servePage } from '../unit/page/served-page.ts';
import { expectNoMisdeeds, openPage, useBrowser } from './browser.ts';

useBrowser();

const TOKEN = 'correct-horse-battery';

it('a person logs in once, with the form; a wrong token is said to be wrong', async () => {
  const opened = await openPage({ token: TOKEN, boxes: [boxOf('a')] });
  const { page, served } = opened;
  expect(new URL(page.url()).pathname).toBe('/login');
  await page.getByLabel('Token').fill('wrong');
  await page.getByRole('button').click();
  expect(await page.getByRole('alert').textContent()).toBe('That is not the token.');
  await page.getByLabel('Token').fill(TOKEN);
  await page.getByRole('button').click();
  await page.waitForSelector('article');
  await page.goto(served.url);
  await page.waitForSelector('article');
  expect(await page.evaluate(() => document.cookie)).toBe('');
  expectNoMisdeeds(opened);
});

it('when the token was changed the page says so and links the form', async () => {
  const { page, served } = await openPage({ token: TOKEN, boxes: [boxOf('a')] });
  await page.getByLabel('Token').fill(TOKEN);
  await page.getByRole('button').click();
  await page.waitForSelector('article');
  await served.stop();
  const again = await servePage({ token: 'another token', port: served.port });
  onTestFinished(() => again.stop());
  const form = page.getByRole('link', { name: 'Log in again' });
  await form.waitFor();
  expect(await form.getAttribute('href')).toBe('/login');
});

it('another site gets nothing of a person who is logged in', async () => {
  const { page, served } = await openPage({ token: TOKEN, boxes: [boxOf('a')] });
  await page.getByLabel('Token').fill(TOKEN);
  await page.getByRole('button').click();
  await page.waitForSelector('article');
  const foreign = await servePage();
  onTestFinished(() => foreign.stop());
  await page.goto(`${foreign.url.replace('127.0.0.1', 'localhost')}livez`);
  const read = await page.evaluate(
    async (url) =>
      await fetch(`${url}events`, { credentials: 'include' }).then(
        () => 'read',
        () => 'refused',
      ),
    served.url,
  );
  expect(read).toBe('refused');
});
