// `npm run simulate`: reads the options and the settings, plays the day and prints what came of it.

import { printProblems } from '../../src/cli/config-problems.ts';
import { HELP, type Options, readOptions } from './options.ts';
import { readSettings } from './settings.ts';
import { simulate } from './simulate.ts';
import { linesOf } from './table.ts';

const WRONG = 2;
const err = (line: string): void => void process.stderr.write(`${line}\n`);

async function run({ scene, json }: Options): Promise<void> {
  const read = readSettings(process.env);
  if (read.kind === 'wrong') {
    printProblems(read.problems, err);
    process.exitCode = WRONG;
    return;
  }
  const figures = await simulate(read.config, scene, (hour) => process.stderr.isTTY && err(`hour ${hour} of ${scene.hours}`));
  console.log(json ? JSON.stringify({ scene, figures }, undefined, 2) : linesOf(figures).join('\n'));
}

const options = readOptions(process.argv.slice(2));
if (options === undefined) console.log(HELP);
else if (typeof options === 'string') {
  err(`${options}\n\n${HELP}`);
  process.exitCode = WRONG;
} else await run(options);
