import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { tempFolderInMemory } from '../../../../support/temp-folder.ts';

it('a process without file handles says so once and tells the lines as soon as it has some again', { timeout: 60_000 }, async () => {
  const child = new URL('exhausted-child.ts', import.meta.url).pathname;
  const command = `ulimit -n 100 && exec "${process.execPath}" --disable-warning=ExperimentalWarning "${child}" "${join(tempFolderInMemory(), 'sessions')}"`;
  const { stdout } = await promisify(execFile)('sh', ['-c', command], { timeout: 50_000 });
  const said: string[] = JSON.parse(stdout);
  expect(said.filter((entry) => entry.includes('No file handles are left'))).toHaveLength(1);
  expect(said.filter((entry) => ['turn_started', 'message'].includes(entry))).toEqual(['turn_started', 'message']);
});
