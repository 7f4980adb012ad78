// The list of commands. A new command is one file and one entry here.

import type { Catalogue } from './dispatch.ts';
import type { Daemon } from './foreground.ts';

/** Every command of the program; `loadDaemon` gives what `run` runs. */
export function createCatalogue(loadDaemon: () => Promise<Daemon>): Catalogue {
  return {
    commands: {
      run: async () => (await import('./run-command.ts')).createRunCommand(loadDaemon),
      start: async () => (await import('./start-command.ts')).startCommand,
      stop: async () => (await import('./stop-command.ts')).stopCommand,
      status: async () => (await import('./status-command.ts')).statusCommand,
      top: async () => (await import('./top-command.ts')).topCommand,
      tasks: async () => (await import('./tasks-command.ts')).tasksCommand,
      health: async () => (await import('./health-command.ts')).healthCommand,
      doctor: async () => (await import('./doctor-command.ts')).doctorCommand,
      config: async () => (await import('./show-config-command.ts')).showConfigCommand,
      hook: async () => (await import('./hook-command.ts')).hookCommand,
      service: async () => (await import('./service-command.ts')).serviceCommand,
      pair: async () => (await import('./pair-command.ts')).pairCommand,
      ledger: async () => (await import('./ledger-command.ts')).ledgerCommand,
      demo: async () => (await import('./demo-command.ts')).demoCommand,
      create: async () => (await import('./manual-commands.ts')).createCommand,
      update: async () => (await import('./manual-commands.ts')).updateCommand,
      complete: async () => (await import('./manual-commands.ts')).completeCommand,
    },
    renamed: { 'start-watcher': 'start', 'stop-watcher': 'stop' },
  };
}
