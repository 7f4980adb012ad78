import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { until } from '../support/until.ts';

const KEEPER = fileURLToPath(new URL('./process-cleanup.ts', import.meta.url));
const TESTS = `
import { spawn } from 'node:child_process';
const { endedWithTests } = await import(${JSON.stringify(KEEPER)});
const child = endedWithTests(spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' }));
process.stdout.write(String(child.pid));
setInterval(() => {}, 1000);`;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

it.each(['SIGKILL', 'SIGTERM'] as const)('what a test has started dies with it (%s)', async (signal) => {
  const tests = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', TESTS], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [told] = (await once(tests.stdout, 'data')) as [Buffer];
  const pid = Number(told.toString());
  expect(isAlive(pid)).toBe(true);
  tests.kill(signal);
  await until('it is dead', () => !isAlive(pid));
});
