import { expect, it } from 'vitest';
import { createPage } from '../../../src/app/page-feed.ts';
import { readConfig } from '../../../src/config/config.ts';
import type { PageBox } from '../../../src/page/page-box.ts';

it('a page that is off keeps nothing of what it showed before', () => {
  const read = readConfig({ HOME: '/nowhere', MM_URL: 'http://localhost', MM_TOKEN: 'x', TRANSCRIPT_DIR: '/nowhere', PAGE: 'off' });
  if (read.kind === 'wrong') throw new Error(JSON.stringify(read.problems));
  const kept = new Map<string, unknown>([
    ['a', { id: 'a' }],
    ['b', 'torn'],
  ]);
  const ended = {
    rows: () => [...kept].map(([key, value]) => ({ key, value })),
    put: (key: string, value: PageBox | undefined) => void (value === undefined ? kept.delete(key) : kept.set(key, value)),
  };
  const said: string[] = [];
  const say = (_: object, text: string): void => void said.push(text);
  const log = { debug: say, info: say, warn: say, error: say };
  const parts = () => {
    throw new Error('a page that is off asks for nothing');
  };
  expect(
    createPage(read.config, { log, parts, findings: () => undefined, instance: 'one', ended, redact: (text) => text }),
  ).toBeUndefined();
  expect([kept.size, said]).toEqual([0, ['The page of all boxes is off.']]);
});
