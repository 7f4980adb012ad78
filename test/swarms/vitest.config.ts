// Tests that need a real nats-server. `npm run test-swarms` runs them; the server comes as a Python package and is kept in `.cache`.

import { defineConfig } from 'vitest/config';
import { LongFilesFirst } from '../support/long-files-first.ts';

const resultsFile = process.env['TEST_RESULTS'];

export default defineConfig({
  cacheDir: '.cache/vite',
  test: {
    reporters: resultsFile === undefined ? ['default'] : ['default', ['json', { outputFile: resultsFile }]],
    globalSetup: ['test/support/run-folder.ts', 'test/swarms/install-nats.ts'],
    include: ['test/swarms/**/*.test.ts'],
    // Most of them wait: for a server, for a publisher that is gone, for a minute without the bus.
    maxWorkers: 2,
    sequence: { sequencer: LongFilesFirst },
    testTimeout: 240_000,
    hookTimeout: 240_000,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  },
});
