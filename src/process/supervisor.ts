// Reports the state of the service to systemd, by the protocol of sd_notify(3): ready, status, watchdog, stopping.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { errorText } from '../core/error-code.ts';
import type { Logger } from '../core/log.ts';

/** The supervisor that started the service, such as systemd. Without one every call does nothing. */
export interface Supervisor {
  /** All sources were read once. From now on `status` is sent, and the watchdog is fed while the event loop runs. */
  ready(): void;
  /** The service has begun to stop. */
  stopping(): void;
  /** Stops feeding the watchdog. */
  close(): void;
}

export interface SupervisorOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly log: Logger;
  /** One line on the state of the service, for `systemctl status`. */
  readonly status: () => string;
}

const notify = promisify(execFile);
const SILENT: Supervisor = { ready: () => undefined, stopping: () => undefined, close: () => undefined };
const STATUS_EVERY_MS = 30_000; // without a watchdog only people read it
const US_PER_MS = 1_000;
const MAX_STATUS_CHARS = 400;

/**
 * The supervisor that `NOTIFY_SOCKET` names. Node has no datagram sockets in the file system, so `systemd-notify` sends the messages;
 * the unit therefore needs `NotifyAccess=all`.
 */
export function createSupervisor({ env, log, status }: SupervisorOptions): Supervisor {
  if (!env['NOTIFY_SOCKET']) return SILENT;
  const send = sender(env, log);
  let timer: NodeJS.Timeout | undefined;
  return {
    ready: () => {
      send('--ready', statusOf(status()));
      timer = setInterval(() => send('WATCHDOG=1', statusOf(status())), feedEveryMs(env));
    },
    stopping: () => {
      clearInterval(timer);
      send('STOPPING=1', statusOf('stopping'));
    },
    close: () => clearInterval(timer),
  };
}

/** Half of what the watchdog allows, as sd_watchdog_enabled(3) advises. */
function feedEveryMs(env: NodeJS.ProcessEnv): number {
  const allowedMs = Number(env['WATCHDOG_USEC']) / US_PER_MS;
  return allowedMs > 0 ? Math.min(allowedMs / 2, STATUS_EVERY_MS) : STATUS_EVERY_MS;
}

function statusOf(text: string): string {
  return `--status=${text.replaceAll(/\s+/g, ' ').slice(0, MAX_STATUS_CHARS)}`;
}

/** Sends one message at a time, in order. Logs only the first failure. */
function sender(env: NodeJS.ProcessEnv, log: Logger): (...args: string[]) => void {
  let queue = Promise.resolve();
  let hasFailed = false;
  const fail = (error: unknown): void => {
    if (!hasFailed) log.warn({ err: errorText(error) }, 'The state cannot be reported to systemd; systemd-notify must be on the PATH.');
    hasFailed = true;
  };
  return (...args) => {
    queue = queue.then(async () => void (await notify('systemd-notify', args, { env, timeout: STATUS_EVERY_MS }))).catch(fail);
  };
}
