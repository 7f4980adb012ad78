// The result of one check of the doctor.

/** `ok`: as it should be; `warn`: works, with something an operator should know; `fail`: does not work until somebody acts. */
export type Level = 'ok' | 'warn' | 'fail';

export interface Finding {
  /** What was checked, in one or two words. */
  readonly about: string;
  readonly level: Level;
  /** What was found, in one line. */
  readonly found: string;
  /** What to do; missing only if all is well. */
  readonly cure?: string;
}

export function ok(about: string, found: string): Finding {
  return { about, level: 'ok', found };
}

export function warn(about: string, found: string, cure: string): Finding {
  return { about, level: 'warn', found, cure };
}

export function fail(about: string, found: string, cure: string): Finding {
  return { about, level: 'fail', found, cure };
}
