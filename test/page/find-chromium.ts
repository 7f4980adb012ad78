// Finds the Chromium of this machine, or says clearly that there is none.

import { spawnSync } from 'node:child_process';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

export function chromiumPath(): string {
  const named = process.env['CHROMIUM'];
  if (named !== undefined && named !== '') return named;
  const found = NAMES.map((name) => spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim()).find((path) => path !== '');
  if (found === undefined)
    throw new Error('The tests of the page need Chromium: `make test-page` as root on Debian installs it, or CHROMIUM names one.');
  return found;
}

/** Before any test. */
export function setup(): void {
  const path = chromiumPath();
  const { status, stdout, stderr, error } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 30_000 });
  if (status !== 0) throw new Error(`${path} does not start: ${error?.message ?? `${stdout}${stderr}`}`);
}
