// Prints the problems of a configuration.

import { type Config, type ConfigResult, type Problem, problemLine, readConfig } from '../config/config.ts';
import type { CliContext } from './command.ts';

/** Reads the configuration, or prints every problem to stderr, one per line, and gives `undefined`. Prints warnings there, too. */
export function readConfigOrPrint({ env, err }: CliContext): Config | undefined {
  const result: ConfigResult = readConfig(env);
  for (const warning of result.warnings) err(`Warning: ${warning}`);
  if (result.kind === 'valid') return result.config;
  printProblems(result.problems, err);
  return undefined;
}

/** Prints every problem on its own line. */
export function printProblems(problems: readonly Problem[], err: (line: string) => void): void {
  err(`The configuration has ${problems.length === 1 ? 'one problem' : `${problems.length} problems`}:`);
  for (const found of problems) err(`  ${problemLine(found)}`);
}
