// What a start loads: each module costs the time until somebody sees a box, and memory for as long as the watcher runs.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { inherited } from '../../support/inherited.ts';

const at = (path: string): string => new URL(`../../../src/${path}`, import.meta.url).href;

/** The URLs of the modules that `paths` load in a new process. */
function modulesOf(...paths: string[]): string[] {
  const script = `
    const { registerHooks } = await import('node:module');
    registerHooks({ load: (url, context, next) => (console.log(url), next(url, context)) });
    for (const url of ${JSON.stringify(paths.map(at))}) await import(url);`;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', script],
    {
      encoding: 'utf8',
      cwd: fileURLToPath(new URL('../../..', import.meta.url)),
      env: inherited(),
    },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.split('\n').filter((url) => url.startsWith('file:'));
}

describe('the watcher', () => {
  const modules = modulesOf('cli/catalogue.ts', 'cli/dispatch.ts', 'cli/run-command.ts', 'app/run-daemon.ts');

  it.each(['/src/app/', '/src/boxes/', '/node_modules/chokidar/'])('loads %s', (part) => {
    expect(modules.some((url) => url.includes(part))).toBe(true);
  });

  it.each([
    ['the demo', /\/src\/(demo|stand-in)\//],
    ['other commands', /\/src\/cli\/(doctor\/|(?!run)[\w-]+-command)/],
    ['zod', /\/node_modules\/zod\//],
    ['a NATS client', /\/node_modules\/@nats-io\//],
  ])('loads nothing of %s before it is needed', (_, part) => {
    expect(modules.filter((url) => part.test(url))).toEqual([]);
  });
});
