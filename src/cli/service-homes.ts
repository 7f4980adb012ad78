// Finds the homes of coding agents that a service would watch, and who owns them. It changes nothing.

import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { codingHomesOf } from '../config/choose-sources.ts';
import { readSettings } from '../config/config.ts';
import { SOURCES } from '../sources/catalogue.ts';

const AGENTS = SOURCES.filter((source) => 'lives' in source);

/** The variables of the agents themselves that say where their homes are. */
export const HOME_VARIABLES = AGENTS.flatMap(({ lives }) => ('variable' in lives ? [lives.variable] : []));

/** The homes, by the id of the source. `home`: of the user of the service; nothing is looked for there while it is unknown. */
export function homesOfService(variables: NodeJS.ProcessEnv, home: string | undefined): Readonly<Record<string, readonly string[]>> {
  const settings = readSettings(variables, ['sources', 'codingHomes', 'openclawNodeDir']);
  return 'problems' in settings
    ? {}
    : codingHomesOf(settings, { ...(home === undefined ? {} : { HOME: home }), ...variables }, settings.sources);
}

/** Whether SOURCES names a coding agent. */
export function wantsCodingAgents(variables: NodeJS.ProcessEnv): boolean {
  const settings = readSettings(variables, ['sources']);
  return !('problems' in settings) && AGENTS.some(({ id }) => settings.sources.ids?.includes(id) === true);
}

/** The user ids of those who own the homes that are there. */
export function ownersOf(homes: readonly string[]): number[] {
  const uids = homes.flatMap((home) => statSync(home, { throwIfNoEntry: false })?.uid ?? []);
  return [...new Set(uids)];
}

/** The homes that are there and that this user, who is not root, does not own. */
export function homesOfOthers(homes: readonly string[], user: string): string[] {
  const uid = Number(accountOf(user)?.[2]);
  return uid === 0 ? [] : homes.filter((home) => ownersOf([home]).some((owner) => owner !== uid));
}

/** As systemd sets `HOME` for `User=`. */
export function homeOfUser(user: string | undefined): string | undefined {
  return user === undefined ? undefined : accountOf(user)?.[5];
}

/** The fields of passwd(5). */
function accountOf(user: string): string[] | undefined {
  try {
    return execFileSync('getent', ['passwd', user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .trim()
      .split(':');
  } catch {
    return undefined;
  }
}
