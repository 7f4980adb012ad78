// Tests that need a real nats-server. `npm run test-swarms` runs them; the server comes as a Python package and is kept in `.cache`.

import { defineConfig } from 'vitest/config';

const resultsFile = process.env['TEST_RESULTS'];

export default defineConfig({
  cacheDir: '.cache/vite',
  test: {
    reporters: resultsFile === undefined ? ['default'] : ['default', ['json', { outputFile: resultsFile }]],
    globalSetup: ['test/support/run-folder.ts', 'test/swarms/install-nats.ts'],
    include: ['test/swarms/**/*.test.ts'],
    fileParallelism: false, // beside others the publishers of the torture have no processor to spare
    testTimeout: 240_000,
    hookTimeout: 240_000,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  },
});
