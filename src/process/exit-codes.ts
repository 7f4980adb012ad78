// The exit codes of the command: those of sysexits(3) where one fits, and those of LSB init scripts for `status`.

export const exitCodes = {
  ok: 0,
  /** The command could not do what was asked. */
  failed: 1,
  /** EX_USAGE: an unknown command or option. */
  usage: 64,
  /** EX_SOFTWARE: an unexpected error; the log has the details. */
  unexpected: 70,
  /** EX_CANTCREAT: the PID file or the log file cannot be created. */
  cannotCreate: 73,
  /** EX_TEMPFAIL: another watcher holds the PID file, or a process that may be one. */
  alreadyRunning: 75,
  /** EX_CONFIG: the configuration is missing or wrong. */
  config: 78,
} as const;

/** The exit codes of `status` (Linux Standard Base, "Init Script Actions"). */
export const statusCodes = { running: 0, deadWithPidFile: 1, stopped: 3, unknown: 4 } as const;

/** Exit codes of a process that ends by a signal, as a shell reports them. */
export const signalCodes = { SIGINT: 130, SIGTERM: 143 } as const;
