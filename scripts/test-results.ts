/** Reads the result files that vitest's JSON reporter wrote. */

import { readFileSync } from 'node:fs';

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
}

/**
 * The tests that ran, by outcome. A test file that could not even be loaded counts as one failure: no test of it is in the numbers.
 * Throws when there is no such file, or when it is not one of vitest's.
 */
export function readTestCounts(path: string): TestCounts {
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(path, 'utf8'));
  if (!Number.isInteger(numPassedTests) || !Number.isInteger(numFailedTests) || !Array.isArray(testResults)) {
    throw new Error(`${path} is not a result of vitest.`);
  }
  const unloaded = testResults.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0);
  return { passed: numPassedTests, failed: numFailedTests + unloaded.length };
}
