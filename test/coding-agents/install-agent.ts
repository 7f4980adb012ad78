// Installs a real program of its pinned version from npm into a cache folder.

import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npmInstall } from '../openclaw/npm.ts';
import type { Agent } from './agent.ts';

/** The path of the program. Rejects with words that say what could not be installed, and why. */
export async function installAgent(cache: string, agent: Agent, progress: (words: string) => void): Promise<string> {
  const { packageName, version, program } = agent;
  const folder = join(cache, `${program}-${version}`);
  const mark = join(folder, 'complete');
  const path = join(folder, 'node_modules/.bin', program);
  if (existsSync(mark)) return path;
  progress(`${packageName} ${version}: installing it (400 MB, about half a minute)`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // The program itself is an optional package, one per platform; a script of the package puts it in its place.
  await npmInstall(folder, `${packageName}@${version}`, { optional: 'needed', mayRunScripts: packageName });
  writeFileSync(mark, version); // last: what was cut off must not look complete
  return path;
}
