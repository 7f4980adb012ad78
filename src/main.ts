#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
// The `live-status` command: loads the command line, which a Node that is too old could not, and says so there.

import { exitCodes } from './process/exit-codes.ts';
import { isNodeNewEnough, NODE_NEEDED } from './process/node-version.ts';

if (isNodeNewEnough(process.version)) await import('./cli/command-line.ts');
else {
  process.stderr.write(
    `live-status needs Node ${NODE_NEEDED} or newer; this is ${process.version} at ${process.execPath}. Install a newer one.\n`,
  );
  process.exitCode = exitCodes.config;
}
