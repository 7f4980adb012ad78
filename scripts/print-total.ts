/** Prints `N passed, N failed` over all result files in the folder given as the argument; exits with 1 unless all is well. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readTestCounts } from './test-results.ts';

const folder = process.argv[2] ?? '.';
let passed = 0;
let failed = 0;
for (const name of readdirSync(folder).filter((each) => each.endsWith('.json'))) {
  const counts = readTestCounts(join(folder, name));
  passed += counts.passed;
  failed += counts.failed;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = passed > 0 && failed === 0 ? 0 : 1;
