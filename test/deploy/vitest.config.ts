// Tests that need programs of the operating system: containers, systemd. `npm run test-deploy` runs them; `.ci/run` installs the programs.

import { defineConfig } from 'vitest/config';

const resultsFile = process.env['TEST_RESULTS'];

export default defineConfig({
  cacheDir: '.cache/vite',
  test: {
    reporters: resultsFile === undefined ? ['default'] : ['default', ['json', { outputFile: resultsFile }]],
    globalSetup: ['test/support/run-folder.ts'],
    include: ['test/deploy/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 600_000,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  },
});
