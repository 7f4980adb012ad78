// Tests of the page in a real Chromium. `npm run test-page` runs them; `make test-page` also installs Debian's Chromium where it is missing.

import { defineConfig } from 'vitest/config';

const resultsFile = process.env['TEST_RESULTS'];

export default defineConfig({
  cacheDir: '.cache/vite',
  test: {
    reporters: resultsFile === undefined ? ['default'] : ['default', ['json', { outputFile: resultsFile }]],
    globalSetup: ['test/support/run-folder.ts', 'test/page/find-chromium.ts'],
    include: ['test/page/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  },
});
