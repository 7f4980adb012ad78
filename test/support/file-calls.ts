// Counts what is asked of the file system, at the real functions of Node: each call is passed on.

import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { onTestFinished } from 'vitest';

const SYNCHRONOUS = ['lstatSync', 'statSync', 'fstatSync', 'openSync', 'closeSync', 'readSync', 'readdirSync', 'opendirSync'] as const;
const PROMISED = ['lstat', 'stat', 'open', 'readdir', 'opendir', 'readFile', 'realpath'] as const;

export interface FileCalls {
  /** How often each function was called since the last time this was asked. Those that were not called are left out. */
  take(): Record<string, number>;
}

/** Counts until the test ends. */
export function countFileCalls(): FileCalls {
  let counts: Record<string, number> = {};
  const count = (name: string): void => void (counts[name] = (counts[name] ?? 0) + 1);
  for (const name of SYNCHRONOUS) wrap(fs, name, name, count);
  for (const name of PROMISED) wrap(fs.promises, name, `promises.${name}`, count);
  wrap(fs.realpathSync, 'native', 'realpathSync', count);
  syncBuiltinESMExports();
  const take = (): Record<string, number> => {
    const taken = counts;
    counts = {};
    return taken;
  };
  return { take };
}

function wrap(holder: object, name: string, as: string, count: (name: string) => void): void {
  const real: unknown = Reflect.get(holder, name);
  if (typeof real !== 'function') throw new Error(`There is no ${as}.`);
  const counted = (...args: unknown[]): unknown => {
    count(as);
    return Reflect.apply(real, holder, args);
  };
  Reflect.set(holder, name, Object.assign(counted, real));
  onTestFinished(() => {
    Reflect.set(holder, name, real);
    syncBuiltinESMExports();
  });
}
