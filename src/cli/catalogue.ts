// The list of commands. A new command is one file and one entry here.

import { demoCommand } from './demo-command.ts';
import type { Catalogue } from './dispatch.ts';
import type { Daemon } from './foreground.ts';
import { doctorCommand } from './doctor-command.ts';
import { healthCommand } from './health-command.ts';
import { hookCommand } from './hook-command.ts';
import { completeCommand, createCommand, updateCommand } from './manual-commands.ts';
import { ledgerCommand } from './ledger-command.ts';
import { pairCommand } from './pair-command.ts';
import { createRunCommand } from './run-command.ts';
import { serviceCommand } from './service-command.ts';
import { showConfigCommand } from './show-config-command.ts';
import { startCommand } from './start-command.ts';
import { statusCommand } from './status-command.ts';
import { stopCommand } from './stop-command.ts';
import { tasksCommand } from './tasks-command.ts';
import { topCommand } from './top-command.ts';

/** Every command of the program; `loadDaemon` gives what `run` runs. */
export function createCatalogue(loadDaemon: () => Promise<Daemon>): Catalogue {
  return {
    commands: [
      createRunCommand(loadDaemon),
      startCommand,
      stopCommand,
      statusCommand,
      topCommand,
      tasksCommand,
      healthCommand,
      doctorCommand,
      showConfigCommand,
      hookCommand,
      serviceCommand,
      pairCommand,
      ledgerCommand,
      demoCommand,
      createCommand,
      updateCommand,
      completeCommand,
    ],
    renamed: { 'start-watcher': 'start', 'stop-watcher': 'stop' },
  };
}
