// `live-status run`: the daemon in the foreground.

import type { Command } from './command.ts';
import { type Daemon, runInForeground } from './foreground.ts';

/** Calls `loadDaemon` only to run the daemon, so that other commands do not load its modules. */
export function createRunCommand(loadDaemon: () => Promise<Daemon>): Command {
  return {
    name: 'run',
    summary: 'run the watcher in the foreground',
    details: () =>
      [
        'In a fleet a watcher sends what it sees to a bus, and a publisher writes the boxes of all watchers: see docs/FLEET.md.',
        '',
        'The log goes to stdout, one JSON object per line. SIGTERM and SIGINT mark the running boxes as interrupted and stop; a second',
        'signal stops at once.',
        '',
        'Exit codes: 0 stopped as asked, 70 unexpected error, 73 PID file or log file cannot be created, 75 already running,',
        '78 configuration missing or wrong, 130 or 143 stopped at once by a second SIGINT or SIGTERM.',
      ].join('\n'),
    options: {
      role: { type: 'string', value: 'ROLE', help: 'both, watcher or publisher, instead of the variable ROLE' },
      'log-file': { type: 'string', value: 'PATH', help: 'write the log to a file, rotated at 10 MB with 3 older copies' },
    },
    async run(values, context) {
      const { role, 'log-file': logFile } = values;
      const env = typeof role === 'string' ? { ...context.env, ROLE: role } : context.env;
      return runInForeground({ context: { ...context, env }, loadDaemon, logFile: typeof logFile === 'string' ? logFile : undefined });
    },
  };
}
