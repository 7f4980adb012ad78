// A page in a real browser, with everything that it must not do written down.

import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { type PageSetup, type ServedPage, servePage } from '../unit/page/served-page.ts';
import { chromiumPath } from './find-chromium.ts';

/** What a page did that it must not do. */
export interface Misdeeds {
  readonly violations: string[];
  readonly errors: string[];
  readonly dialogs: string[];
  readonly foreignRequests: string[];
}

export interface OpenPage {
  readonly served: ServedPage;
  readonly page: Page;
  readonly misdeeds: Misdeeds;
}

const PATIENCE_MS = 50_000;

let browser: Browser | undefined;

/** Once at the top of a test file: one browser for all its tests. */
export function useBrowser(): void {
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: chromiumPath(),
      args: ['--no-sandbox', '--enable-precise-memory-info'],
      timeout: PATIENCE_MS,
    });
  });
  afterAll(async () => {
    await browser?.close();
  });
}

/** A browser of its own, as of another person, with one tab on the served page. */
export async function openPage(
  setup: PageSetup = {},
  options: BrowserContextOptions & { path?: string; prepare?: (page: Page) => Promise<void> } = {},
): Promise<OpenPage> {
  const served = await servePage(setup);
  onTestFinished(() => served.stop());
  const { path = '', prepare = () => Promise.resolve(), ...contextOptions } = options;
  const opened = await openTab(served, contextOptions, prepare);
  await opened.page.goto(served.url + path);
  return { served, ...opened };
}

async function openTab(
  served: ServedPage,
  options: BrowserContextOptions,
  prepare: (page: Page) => Promise<void>,
): Promise<Omit<OpenPage, 'served'>> {
  if (browser === undefined) throw new Error('useBrowser() is missing at the top of the file');
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  onTestFinished(() => context.close());
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const misdeeds = watched(page, served);
  await prepare(page);
  return { page, misdeeds };
}

function watched(page: Page, { url }: ServedPage): Misdeeds {
  const misdeeds: Misdeeds = { violations: [], errors: [], dialogs: [], foreignRequests: [] };
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted/i.test(message.text())) misdeeds.violations.push(message.text());
  });
  page.on('pageerror', (error) => misdeeds.errors.push(error.message));
  page.on('dialog', (dialog) => {
    misdeeds.dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  page.context().on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:image/svg+xml,')) misdeeds.foreignRequests.push(request.url());
  });
  return misdeeds;
}

export function expectNoMisdeeds({ misdeeds }: OpenPage): void {
  expect(misdeeds).toEqual({ violations: [], errors: [], dialogs: [], foreignRequests: [] });
}

/** The titles of the boxes of a part of the page, from top to bottom. */
export async function titlesIn(page: Page, part: 'waiting' | 'working' | 'silent' | 'ended'): Promise<string[]> {
  return await page.locator(`#${part} article:visible h3`).allTextContents();
}
