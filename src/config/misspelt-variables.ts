// Finds environment variables that look like ours but are misspelt: without a warning, such a limit would silently stay the default.

import { closestName } from './closest-name.ts';

const SHORT_NAME = 7; // With two mistakes, short names such as PACE or DIRECT would be near to unrelated ones such as PAGER.

/** One sentence for each variable whose name is one or two typing mistakes away from a known one. Values are never named. */
export function misspeltVariables(env: NodeJS.ProcessEnv, known: readonly string[]): string[] {
  const unset = known.filter((name) => !env[name]);
  return Object.keys(env).flatMap((name) => {
    if (known.includes(name)) return [];
    const meant = unset.includes(name.toUpperCase()) ? name.toUpperCase() : closestName(name, unset, name.length > SHORT_NAME ? 2 : 1);
    return meant === undefined ? [] : [`${name} is not a variable of live-status and is ignored; did you mean ${meant}?`];
  });
}
