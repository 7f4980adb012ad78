/** Makes the pictures of the page in `docs/images`: runs the demo with swarms and looks at it in Chromium when somebody waits. */

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium } from 'playwright-core';
import { chromiumPath } from '../test/page/find-chromium.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const WIDE = { viewport: { width: 1_100, height: 900 } };
const PICTURES: Readonly<Record<string, BrowserContextOptions>> = {
  'page-light': { ...WIDE, colorScheme: 'light' },
  'page-dark': { ...WIDE, colorScheme: 'dark' },
  'page-phone': { viewport: { width: 390, height: 844 }, colorScheme: 'light', isMobile: true, hasTouch: true },
};
const WITHIN_MS = 180_000;

function startDemo(): ChildProcess {
  const program = ['--disable-warning=ExperimentalWarning', 'src/main.ts', 'demo', '--port', '0', '--with', 'swarms'];
  return spawn(process.execPath, program, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
}

async function pageUrl(demo: ChildProcess): Promise<string> {
  let said = '';
  for await (const data of demo.stdout ?? []) {
    said += String(data);
    const url = /(http:\/\/\S+) to see all boxes/.exec(said)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error(`The demo has ended: ${said}`);
}

async function take(browser: Browser, url: string, name: string, options: BrowserContextOptions): Promise<void> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  await page.goto(url);
  await page.locator('#waiting article').nth(1).waitFor({ timeout: WITHIN_MS });
  await page.locator('#working article').first().waitFor({ timeout: WITHIN_MS });
  await page.screenshot({ path: `${ROOT}/docs/images/${name}.png` });
  await context.close();
}

const demo = startDemo();
const browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] });
try {
  const url = await pageUrl(demo);
  await Promise.all(Object.entries(PICTURES).map(async ([name, options]) => await take(browser, url, name, options)));
} finally {
  await browser.close();
  demo.kill('SIGTERM');
}
