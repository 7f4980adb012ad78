import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

const FOLDER = new URL('../../../src/page/client/', import.meta.url);

it('the whole client has at most 40 KB, compressed', () => {
  const sizes = readdirSync(FOLDER).map((name) => gzipSync(readFileSync(new URL(name, FOLDER))).length);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(40_000);
});

it('the browser asks for all modules at once, not for one after the other', () => {
  const modules = readdirSync(FOLDER).filter((name) => name.endsWith('.js') && !['main.js', 'stream-worker.js'].includes(name));
  const html = readFileSync(new URL('index.html', FOLDER), 'utf8');
  const asked = [...html.matchAll(/<link rel="modulepreload" href="\/client\/(.+?)">/g)].map(([, name]) => name);
  expect(asked.toSorted()).toEqual(modules.toSorted());
});

it('the browser asks for the boxes while it loads the scripts', () => {
  const html = readFileSync(new URL('index.html', FOLDER), 'utf8');
  expect(html).toContain('<link rel="preload" as="fetch" href="/boxes" crossorigin>');
});
