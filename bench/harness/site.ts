// The watcher with many boxes and its page, and a real browser that looks at it.

import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { freePort } from '../../src/demo/free-port.ts';
import { chromiumPath } from '../../test/page/find-chromium.ts';
import type { Session } from '../load/session.ts';
import { openSessions } from '../load/sessions.ts';
import { Sink } from './sink.ts';
import { waitUntil } from './wait-until.ts';
import { Watcher } from './watcher.ts';
import type { Workplace } from './workplace.ts';

const PROBE = fileURLToPath(new URL('page-probe.js', import.meta.url));

export interface Site {
  readonly url: string;
  readonly sessions: readonly Session[];
  readonly watcher: Watcher;
}

/** Serves the page of so many running turns, each of which has its post. */
export async function openSite(place: Workplace, count: number): Promise<Site> {
  const sink = await Sink.start(place);
  const agents = place.folder('agents');
  const sessions = openSessions(agents, count);
  const port = await freePort();
  const env = {
    MAX_ACTIVE_SESSIONS: '0',
    IDLE_TIMEOUT_S: '86400',
    EDITS_PER_SECOND: '200:400',
    HEALTH_PORT: String(port),
    PAGE: 'on',
    PAGE_DIRECT: '1',
  };
  const watcher = new Watcher(place, { url: sink.url, agents, env });
  await watcher.running();
  await waitUntil('every session has its box', () => sink.creates() === count);
  return { url: `http://127.0.0.1:${port}/`, sessions, watcher };
}

export async function withBrowser<T>(work: (browser: Browser) => Promise<T>): Promise<T> {
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'], timeout: 120_000 });
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

/** A tab of a browser that was never there, when it has painted so many boxes. */
export async function openTab(browser: Browser, url: string, boxes: number): Promise<Tab> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.addInitScript({ path: PROBE });
  await page.goto(url);
  const tab = new Tab(page);
  await tab.painted(boxes);
  return tab;
}

/** Milliseconds from the request of an address that answers with a few words until they are painted. */
export async function barePaint(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${url}livez`);
  const paint = 'performance.getEntriesByName("first-contentful-paint")[0]?.startTime';
  await page.waitForFunction(paint);
  const ms = await page.evaluate<number>(paint);
  await context.close();
  return ms;
}

interface Probed {
  readonly paints: readonly { readonly boxes: number; readonly ms: number }[];
  /** When boxes were drawn. */
  readonly changes: readonly number[];
  readonly longestTaskMs: number;
}

export class Tab {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async probed(): Promise<Probed> {
    return await this.page.evaluate<Probed>('globalThis.probe');
  }

  /** Forgets the longest task. */
  async forgetTasks(): Promise<void> {
    await this.page.evaluate('globalThis.probe.longestTaskMs = 0');
  }

  /** Milliseconds from the request of the page until so many boxes were painted. */
  async painted(boxes: number): Promise<number> {
    for (const deadline = performance.now() + 120_000; performance.now() < deadline; await this.page.waitForTimeout(50)) {
      const { paints } = await this.probed();
      const first = paints.find((paint) => paint.boxes >= boxes);
      if (first !== undefined) return first.ms;
    }
    throw new Error(`${boxes} boxes were never painted.`);
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
