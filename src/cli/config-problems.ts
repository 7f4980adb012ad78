// How the problems of a configuration are told.

import { type Config, type ConfigResult, type Problem, problemLine, readConfig } from '../config/config.ts';
import type { CliContext } from './command.ts';

/** The configuration, or `undefined` after every problem has been named on stderr, one per line. Warnings are named there too. */
export function readConfigOrPrint({ env, err }: CliContext): Config | undefined {
  const result: ConfigResult = readConfig(env);
  for (const warning of result.warnings) err(`Warning: ${warning}`);
  if (result.kind === 'valid') return result.config;
  printProblems(result.problems, err);
  return undefined;
}

/** Names every problem on its own line. */
export function printProblems(problems: readonly Problem[], err: (line: string) => void): void {
  err(`The configuration has ${problems.length === 1 ? 'one problem' : `${problems.length} problems`}:`);
  for (const found of problems) err(`  ${problemLine(found)}`);
}
