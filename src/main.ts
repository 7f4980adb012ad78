#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
// The `live-status` command: connects the command line to this process.

import { createCatalogue } from './cli/catalogue.ts';
import type { CliContext } from './cli/command.ts';
import { dispatch } from './cli/dispatch.ts';
import { exitCodes } from './cli/exit-codes.ts';
import { maskSecrets } from './config/mask.ts';
import { secretTextsOf } from './config.ts';
import { errorText } from './core/error-code.ts';

// A reader that goes away (`live-status config | head -1`, a terminal that closes) is no reason to fail.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

const mask = maskSecrets(secretTextsOf(process.env));
const context: CliContext = {
  env: process.env,
  out: (line) => void process.stdout.write(`${mask(line)}\n`),
  err: (line) => void process.stderr.write(`${mask(line)}\n`),
};

const catalogue = createCatalogue(async () => (await import('./daemon.ts')).runDaemon);

try {
  process.exitCode = await dispatch(process.argv.slice(2), catalogue, context);
} catch (error) {
  context.err(`live-status: ${errorText(error)}`);
  process.exitCode = exitCodes.unexpected;
}
