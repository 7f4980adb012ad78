// Creates the program's log: pino behind the `Logger` port. Every string is masked before pino gets it.

import { type DestinationStream, destination, pino } from 'pino';
import type { LogFields, Logger } from '../core/log.ts';
import { redactFields } from './redact-fields.ts';

/** pino's levels. The program itself uses `debug` to `error`. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export interface LogOptions {
  readonly level: LogLevel;
  /** Removes secrets from one text. Applied to messages and to every string in the fields, also in errors. */
  readonly redact: (text: string) => string;
  /** Takes complete lines. Without it lines go to stdout, and are dropped when nobody reads it any more. */
  readonly stream?: DestinationStream;
}

/** One JSON object per line: `level` and `time` (ISO 8601), the fields, and `msg`. */
export function createLog(options: LogOptions): Logger {
  const sink = pino(
    {
      level: options.level,
      base: null,
      serializers: { err: (error: unknown) => error },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    options.stream ?? destination({ fd: 1, sync: true }),
  );
  const write = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: LogFields, message: string) => {
    if (sink.isLevelEnabled(level)) sink[level](redactFields(fields, options.redact), options.redact(message));
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
