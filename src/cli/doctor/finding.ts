// The result of one check of the doctor.

/** `ok`: as it should be; `warn`: works, with something an operator should know; `fail`: does not work until somebody acts. */
export type Level = 'ok' | 'warn' | 'fail';

export interface Finding {
  /** What was checked, in one or two words. */
  readonly about: string;
  readonly level: Level;
  /** What was found, in one line. */
  readonly says: string;
  /** What to do; missing only if all is well. */
  readonly cure?: string;
}

export function ok(about: string, says: string): Finding {
  return { about, level: 'ok', says };
}

export function warn(about: string, says: string, cure: string): Finding {
  return { about, level: 'warn', says, cure };
}

export function fail(about: string, says: string, cure: string): Finding {
  return { about, level: 'fail', says, cure };
}
