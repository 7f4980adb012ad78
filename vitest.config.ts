import { defineConfig } from 'vitest/config';
import { LongFilesFirst } from './test/support/long-files-first.ts';

// Set by `.ci/run`, which adds up the results of several runs.
const resultsFile = process.env['TEST_RESULTS'];

export default defineConfig({
  cacheDir: '.cache/vite',
  test: {
    reporters: resultsFile === undefined ? ['default'] : ['default', ['json', { outputFile: resultsFile }]],
    globalSetup: ['test/support/run-folder.ts'],
    execArgv: ['--disable-warning=ExperimentalWarning'],
    sequence: { sequencer: LongFilesFirst },
    teardownTimeout: 60_000, // of a worker, on a machine that is busy with other things
    projects: [
      {
        // Mostly pure, so a worker keeps its modules from file to file: loading them anew would double the time of most files.
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          testTimeout: 240_000,
          isolate: false,
          // One more than a small machine has cores, since some files wait for the real clock.
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Processes and sockets that mostly wait: several files at a time, after the unit tests, and no hurry.
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
