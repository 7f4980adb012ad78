// The least that a start costs which looks at files: a new process lists their folders and asks for the `stat` of each, once. Code that
// has run a few times already, as in `look-at.ts`, takes less than half of that.

import { once } from 'node:events';
import { dirname } from 'node:path';
import type { Workplace } from '../harness/workplace.ts';

const LOOK = `
  import { lstatSync, readdirSync } from 'node:fs';
  const folders = JSON.parse(process.env.FOLDERS);
  const before = process.cpuUsage();
  let bytes = 0;
  for (const folder of folders) for (const name of readdirSync(folder)) bytes += lstatSync(folder + '/' + name).size;
  const { user, system } = process.cpuUsage(before);
  console.log((user + system) / 1_000);
`;

/** Its milliseconds of CPU. */
export async function lookOnce(place: Workplace, paths: readonly string[]): Promise<number> {
  const FOLDERS = JSON.stringify([...new Set(paths.map((path) => dirname(path)))]);
  const child = place.node(['--input-type=module', '--eval', LOOK], { stdio: ['ignore', 'pipe', 'inherit'], env: { FOLDERS } });
  let printed = '';
  child.stdout?.on('data', (data: Buffer) => (printed += data.toString()));
  await once(child, 'close');
  return Number(printed);
}
