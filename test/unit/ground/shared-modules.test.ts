// Files of unit tests share their modules: a module is loaded for the first of them only, and so what it sets for a test file reaches no
// second one. A test file says by itself what holds for it, and a helper ends what it began with `onTestFinished`.

import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const FOR_ONE_FILE = /^(?:(?:before|after)(?:Each|All)|vi\.\w+|onTest\w+)\(/m;

const helpers = globSync('test/{unit,support}/**/*.ts').filter((path) => !path.endsWith('.test.ts'));

describe('a helper of tests', () => {
  it('sets nothing that would reach only the first file that loads it', () => {
    expect(helpers.length).toBeGreaterThan(50);
    expect(helpers.filter((path) => FOR_ONE_FILE.test(readFileSync(path, 'utf8')))).toEqual([]);
  });

  it.each(['afterEach(() => gateway.close());', 'vi.setConfig({ testTimeout: 1 });'])('would be found with %s', (line) => {
    expect(`const a = 1;\n${line}\n`).toMatch(FOR_ONE_FILE);
  });
});
