// Hostile text in every place that a text can have on the page makes no element, no request and no dialog. It comes here as it is, without
// the redaction and neutralising that the cards of boxes have behind them.

import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { PageBox } from '../../src/page/page-box.ts';
import { ATTACKS } from '../unit/boxes/render/hostile.ts';
import { boxOf, endedBox, waitingBox } from '../unit/page/sample-boxes.ts';
import { healthyReport } from '../unit/page/sample-report.ts';
import { expectNoMisdeeds, openPage, useBrowser } from './browser.ts';

useBrowser();

const FOLDER = new URL('../fixtures/hostile-text/', import.meta.url);
const FOUND = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .flatMap((name) =>
    (JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as { cases: { input: string }[] }).cases.map(({ input }) => input),
  );

const OF_WEB_PAGES = [
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  '</script><script>alert(1)</script>',
  '"><svg/onload=alert(1)>',
  "'-alert(1)-'",
  '<iframe srcdoc="<script>alert(1)</script>">',
  '<a href="javascript:alert(1)">x</a>',
  '<style>@import "http://evil.example/x.css";</style>',
  '<link rel=stylesheet href=http://evil.example/x.css>',
  '<meta http-equiv=refresh content="0;url=http://evil.example">',
  '<base href=http://evil.example/>',
  '<template><img src=http://evil.example/x></template>',
  '<math><mtext><img src=x onerror=alert(1)></mtext></math>',
  'javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  '\u2028alert(1)\u2029',
  '__proto__',
  'constructor',
  '{{constructor.constructor("alert(1)")()}}',
  '${alert(1)}',
  '#123456;background:url(http://evil.example)',
  '\nevent: reset\ndata: {"boxes":[],"gone":[]}\n\n',
  '\0\ud800',
];
const TEXTS = [...OF_WEB_PAGES, ...ATTACKS, ...FOUND];

/** What the page itself makes of a box. */
const OWN_TAGS = [
  'A',
  'ARTICLE',
  'B',
  'BUTTON',
  'CODE',
  'DETAILS',
  'DIV',
  'H2',
  'H3',
  'P',
  'PRE',
  'SECTION',
  'SPAN',
  'STRONG',
  'SUMMARY',
  'TIME',
];

function boxesWith(text: string, index: number): PageBox[] {
  const words = {
    agent: text,
    name: text,
    source: text,
    channel: text,
    title: text,
    color: text,
    lines: [text, `\u2003\u2003${text}`, `\`${text}\``, `\`\`\`\n${text}\n\`\`\``],
  };
  const waits = [{ on: 'answer', since: 1, link: text }] as const;
  return [
    boxOf(`a ${index} ${text}`, words),
    waitingBox(`b ${index} ${text}`, { ...words, waits, link: text }),
    endedBox(`c ${index} ${text}`, { ...words, state: 'error' }),
  ];
}

it(`${TEXTS.length} hostile texts in every place are only shown`, async () => {
  const opened = await openPage({ boxes: TEXTS.flatMap(boxesWith) });
  const { page, served } = opened;
  await page.waitForFunction((wanted) => document.querySelectorAll('article').length === wanted, TEXTS.length * 3);
  await page.evaluate(() =>
    document.querySelectorAll<HTMLElement>('.fold[aria-expanded=false]').forEach((fold, index) => index < 100 && fold.click()),
  );
  const [text] = OF_WEB_PAGES;
  const because = OF_WEB_PAGES.join(' ');
  const sources = healthyReport.sources.map((source) => ({ ...source, name: text ?? '', because }));
  served.report({ ...healthyReport, sources, reason: because, version: because });
  await page.waitForFunction(() => document.getElementById('health')?.textContent?.includes('onerror'));
  const found = await page.evaluate((own) => {
    const nodes = [...document.querySelectorAll('main *')];
    return {
      foreignTags: nodes.filter(({ tagName }) => !own.includes(tagName)).map(({ outerHTML }) => outerHTML),
      handlers: nodes
        .filter((node) =>
          node
            .getAttributeNames()
            .some(
              (name) => name.startsWith('on') || (name === 'style' && !/^--bar: ?#[0-9a-f]{6};?$/i.test(node.getAttribute('style') ?? '')),
            ),
        )
        .map(({ outerHTML }) => outerHTML),
      links: [...document.querySelectorAll<HTMLAnchorElement>('main a')]
        .filter(({ protocol }) => !['http:', 'https:'].includes(protocol))
        .map(({ outerHTML }) => outerHTML),
      loaded: document.querySelectorAll('img, iframe, object, embed, base, style, meta[http-equiv], body script').length,
      options: [...document.querySelectorAll('option *')].length,
    };
  }, OWN_TAGS);
  expect(found).toEqual({ foreignTags: [], handlers: [], links: [], loaded: 0, options: 0 });
  expect(await page.locator('#working article').first().locator('h3').count()).toBe(1);
  expectNoMisdeeds(opened);
});

it('the policy stops a script that got in all the same', async () => {
  const { page, misdeeds } = await openPage();
  await page.evaluate(() => {
    const script = document.createElement('script');
    try {
      script.textContent = 'globalThis.wasRun = true';
      document.body.append(script);
    } catch {
      // the browser refuses even the text
    }
    try {
      document.body.innerHTML += '<img src=x onerror="globalThis.wasRun = true">';
    } catch {
      // so it does here
    }
  });
  expect(await page.evaluate(() => 'wasRun' in globalThis)).toBe(false);
  expect(misdeeds.violations.length + misdeeds.errors.length).toBeGreaterThan(0);
});
