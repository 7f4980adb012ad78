// Connects the command line to this process.

import { createCatalogue } from './catalogue.ts';
import type { CliContext } from './command.ts';
import { dispatch } from './dispatch.ts';
import { exitCodes } from '../process/exit-codes.ts';
import { withEnvFile } from '../config/env-file.ts';
import { maskSecrets } from '../config/mask-secrets.ts';
import { secretTextsOf } from '../config/config.ts';
import { errorText } from '../core/error-code.ts';

// A reader may go away (`live-status config | head -1`, a closed terminal): that is no failure.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

const args = process.argv.slice(2);
const found = withEnvFile(process.env);
const env = 'problem' in found ? process.env : found.env;
const mask = maskSecrets(secretTextsOf(env));
const context: CliContext = {
  env,
  envFile: 'problem' in found ? undefined : found.path,
  out: (line) => void process.stdout.write(`${mask(line)}\n`),
  err: (line) => void process.stderr.write(`${mask(line)}\n`),
};

const catalogue = createCatalogue(async () => (await import('../app/run-daemon.ts')).runDaemon);

// Without its file the program might watch more than it should; only help needs no settings.
function refuses(): boolean {
  const asksForHelp = args.length === 0 || args.some((arg) => ['help', '-h', '--help', '--version'].includes(arg));
  if (!('problem' in found) || asksForHelp) return false;
  context.err(`live-status: ${found.problem}`);
  return true;
}

try {
  process.exitCode = refuses() ? exitCodes.config : await dispatch(args, catalogue, context);
} catch (error) {
  context.err(`live-status: ${errorText(error)}`);
  process.exitCode = exitCodes.unexpected;
}
