// What `test/support` has, no other file makes for itself: a second clock or a second wait is a second thing to mend.

import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const OWN: [string, RegExp][] = [
  ['clock', /class \w*Clock\b|function create\w*Clock\b/],
  ['wait', /function (?:until|waitUntil|waitFor|eventually|pollUntil)\b|\bvi\.(?:waitFor|waitUntil)\b/],
  ['temporary folder', /mkdtempSync\(join\(tmpdir\(\)|mkdtempSync\(`|function temp(?:Dir|Folder)\w*\(/],
  ['free port', /function \w*[fF]reePort\b/],
  ['fake timers', /\bvi\.useFakeTimers\b/],
];

const files = globSync('test/**/*.ts').filter((path) => !path.startsWith('test/support/') && !path.endsWith('one-of-each.test.ts'));

describe('no test has its own', () => {
  it.each(OWN)('%s', (_what, own) => {
    expect(files.filter((path) => own.test(readFileSync(path, 'utf8')))).toEqual([]);
  });
});
