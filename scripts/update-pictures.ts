// Makes the pictures of the documents anew: plays the demo, with swarms for the page, and looks at it in Chromium.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { SAMPLE } from '../src/stand-in/sample-seed.ts';
import { chromiumPath } from '../test/page/find-chromium.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CHAT: BrowserContextOptions = { viewport: { width: 1_120, height: 1_016 } };
const WIDE = { viewport: { width: 1_100, height: 900 } };
const OF_PAGE: Readonly<Record<string, BrowserContextOptions>> = {
  'page-light': { ...WIDE, colorScheme: 'light' },
  'page-dark': { ...WIDE, colorScheme: 'dark' },
  'page-phone': { viewport: { width: 390, height: 844 }, colorScheme: 'light', isMobile: true, hasTouch: true },
};
const SETTLED_MS = 5_000; // what agents answer after the ends, and the edits that the pace holds back
const WITHIN_MS = 180_000;

/** What it says is there to read from its first word on, however late somebody asks. */
class Demo {
  readonly #child: ChildProcess;
  #said = '';

  constructor(...options: readonly string[]) {
    const program = ['--disable-warning=ExperimentalWarning', 'src/main.ts', 'demo', '--port', '0', ...options];
    this.#child = spawn(process.execPath, program, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child.stdout?.on('data', (data: Buffer) => (this.#said += data.toString()));
    process.once('exit', () => this.#child.kill('SIGKILL')); // also when no picture could be taken
  }

  async says(words: RegExp): Promise<string> {
    for (const deadline = Date.now() + WITHIN_MS; Date.now() < deadline && this.#child.exitCode === null; await sleep(100)) {
      const found = words.exec(this.#said);
      if (found !== null) return found[1] ?? '';
    }
    throw new Error(`The demo never said ${String(words)}: ${this.#said}`);
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGINT');
    await ended;
  }
}

async function take(browser: Browser, name: string, options: BrowserContextOptions, open: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  await open(page);
  await page.screenshot({ path: `${ROOT}/docs/images/${name}.png` });
  await context.close();
  console.log(`docs/images/${name}.png`);
}

/** The channel in which two agents have ended. */
async function takeChat(browser: Browser): Promise<void> {
  const demo = new Demo();
  const url = await demo.says(/(http:\S+\/)/);
  for (const end of [/#agents +\[DONE\] main/, /#agents +\[DONE\] dev/]) await demo.says(end);
  await sleep(SETTLED_MS);
  await take(browser, 'demo', CHAT, async (page) => {
    await page.goto(`${url}#${SAMPLE.publicId}`);
    await page.getByText('[DONE] main').first().waitFor({ timeout: WITHIN_MS });
  });
  await demo.stop();
}

/** The page when two wait and others work. */
async function takePage(browser: Browser): Promise<void> {
  const demo = new Demo('--with', 'swarms');
  const url = await demo.says(/(http:\/\/\S+) to see all boxes/);
  const open = async (page: Page): Promise<void> => {
    await page.goto(url);
    await page.locator('#waiting article').nth(1).waitFor({ timeout: WITHIN_MS });
    await page.locator('#working article').first().waitFor({ timeout: WITHIN_MS });
  };
  await Promise.all(Object.entries(OF_PAGE).map(async ([name, options]) => await take(browser, name, options, open)));
  await demo.stop();
}

const browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] });
try {
  await takeChat(browser);
  await takePage(browser);
} finally {
  await browser.close();
}
