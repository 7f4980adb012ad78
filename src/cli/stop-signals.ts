// Handles SIGTERM and SIGINT: the first asks the daemon to end, the second ends the process at once.

import { signalCodes } from '../process/exit-codes.ts';

export interface StopSignals {
  /** Aborted by the first signal, with its name as the reason. */
  readonly signal: AbortSignal;
  /** Removes our handlers of the signals. */
  dispose(): void;
}

/** Calls `onFirst` with the signal's name before anything else. */
export function listenForStop(onFirst: (name: string) => void): StopSignals {
  const asked = new AbortController();
  function onSignal(name: keyof typeof signalCodes): void {
    if (asked.signal.aborted) process.exit(signalCodes[name]);
    onFirst(name);
    asked.abort(name);
  }
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return {
    signal: asked.signal,
    dispose() {
      process.off('SIGTERM', onSignal);
      process.off('SIGINT', onSignal);
    },
  };
}
