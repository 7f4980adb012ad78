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
        'The log goes to stdout, one JSON object per line. SIGTERM and SIGINT mark the running boxes as interrupted and stop; a second',
        'signal stops at once.',
        '',
        'Exit codes: 0 stopped as asked, 70 unexpected error, 73 PID file or log file cannot be created, 75 already running,',
        '78 configuration missing or wrong, 130 or 143 stopped at once by a second SIGINT or SIGTERM.',
      ].join('\n'),
    options: {
      'log-file': { type: 'string', value: 'PATH', help: 'write the log to a file, rotated at 10 MB with 3 older copies' },
    },
    async run(values, context) {
      const logFile = values['log-file'];
      return runInForeground({ context, loadDaemon, logFile: typeof logFile === 'string' ? logFile : undefined });
    },
  };
}
