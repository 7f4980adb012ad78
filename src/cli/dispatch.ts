// Parses the arguments and calls one command.

import { parseArgs } from 'node:util';
import { closestName } from '../config/closest-name.ts';
import { errorCode, errorText } from '../core/error-code.ts';
import type { CliContext, Command, OptionValues } from './command.ts';
import { exitCodes } from '../process/exit-codes.ts';
import { commandHelp, programHelp } from './help.ts';
import { packageVersion } from '../process/package-version.ts';

/** Loads a command. What runs one command loads the modules of no other. */
export type LoadCommand = () => Promise<Command>;

/** The commands by name, in the order of the help, and old names of commands with their new name. */
export interface Catalogue {
  readonly commands: Readonly<Record<string, LoadCommand>>;
  readonly renamed: Readonly<Record<string, string>>;
}

const MAX_TYPOS = 2;

/** Runs the command that `args` (without the program's own name) ask for; resolves with the exit code. */
export async function dispatch(args: readonly string[], catalogue: Catalogue, context: CliContext): Promise<number> {
  const [first, ...rest] = args;
  switch (first) {
    case undefined:
      context.err(await helpOf(catalogue));
      return exitCodes.usage;
    case 'help': {
      const [named = '--help'] = rest;
      return dispatch(named.startsWith('-') ? [named] : [named, '--help'], catalogue, context);
    }
    case '-h':
    case '--help':
      context.out(await helpOf(catalogue));
      return exitCodes.ok;
    case '--version':
      context.out(packageVersion());
      return exitCodes.ok;
    default:
      return runNamed(first, rest, catalogue, context);
  }
}

async function helpOf({ commands }: Catalogue): Promise<string> {
  return programHelp(await Promise.all(Object.values(commands).map((load) => load())));
}

async function runNamed(given: string, args: readonly string[], catalogue: Catalogue, context: CliContext): Promise<number> {
  const name = currentName(given, catalogue, context);
  const load = Object.hasOwn(catalogue.commands, name) ? catalogue.commands[name] : undefined;
  if (!load) return refuseName(given, catalogue, context);
  const command = await load();
  const parsed = parseOptions(command, args);
  if ('problem' in parsed) {
    context.err(`live-status ${name}: ${parsed.problem}`);
    context.err(`See live-status ${name} --help.`);
    return exitCodes.usage;
  }
  if (parsed.values['help'] === true) {
    context.out(commandHelp(command));
    return exitCodes.ok;
  }
  return command.run(parsed.values, context, parsed.operands);
}

function currentName(given: string, { renamed }: Catalogue, context: CliContext): string {
  const name = Object.hasOwn(renamed, given) ? renamed[given] : undefined;
  if (name !== undefined) context.err(`live-status ${given} is deprecated and will go away; use live-status ${name}.`);
  return name ?? given;
}

function refuseName(given: string, { commands }: Catalogue, context: CliContext): number {
  const isOption = given.startsWith('-');
  const known = isOption ? ['--help', '--version'] : Object.keys(commands);
  const meant = closestName(given, known, MAX_TYPOS);
  context.err(
    `live-status: unknown ${isOption ? 'option' : 'command'} ${JSON.stringify(given)}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
  );
  context.err('See live-status --help.');
  return exitCodes.usage;
}

function parseOptions(
  { options, operands }: Command,
  args: readonly string[],
): { values: OptionValues; operands: string[] } | { problem: string } {
  const known = Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, { type }]));
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...known, help: { type: 'boolean', short: 'h' } },
      strict: true,
      allowPositionals: operands !== undefined,
    });
    const tooMany = positionals[operands?.most ?? 0];
    return tooMany === undefined ? { values, operands: positionals } : { problem: `Unexpected argument '${tooMany}'` };
  } catch (error) {
    // Node explains at length how to pass arguments that begin with a dash; its first sentence says what is wrong.
    if (errorCode(error)?.startsWith('ERR_PARSE_ARGS_')) return { problem: errorText(error).replace(/\. .*/s, '') };
    throw error;
  }
}
