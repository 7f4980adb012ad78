// Finds out what the service of this machine needs: its settings, its user, the files it reads. It changes nothing.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { type Problem, readConfig } from '../config/config.ts';
import { defaultEnvFile } from '../config/env-file.ts';
import { readRegularFile } from '../config/regular-file.ts';
import { settings } from '../config/settings.ts';
import { packagePath } from '../process/package-folder.ts';
import { HOME_VARIABLES, homesOfService, ownersOf, wantsCodingAgents } from './service-homes.ts';

export type Scope = 'system' | 'user';

/** The places of the parts of a service. Paths are absolute. */
export interface ServicePlaces {
  readonly template: string;
  readonly unit: string;
  readonly envFile: string;
  /** The service gets it as a credential if it exists; a user's service reads MM_TOKEN_FILE itself. */
  readonly tokenFile?: string;
  readonly stateDir: string;
}

export const UNIT = 'status-watcher.service';
const MAX_ENV_BYTES = 65_536;
const BUS_FILES = ['CREDS', 'TOKEN_FILE', 'USER_FILE', 'CA_FILE', 'CERT_FILE', 'KEY_FILE'];
/** Variables that name a file. */
const NAMED_FILES = [
  'SESSIONS_JSON',
  'MM_TOKEN_FILE',
  'GATEWAY_TOKEN_FILE',
  'HEALTH_TOKEN_FILE',
  'TOOL_LABELS_FILE',
  'PRICES_FILE',
  ...['MESH_NATS', 'FLEET'].flatMap((bus) => BUS_FILES.map((file) => `${bus}_${file}`)),
];
/** The folders that `ProtectHome=tmpfs` in the unit hides. */
const HIDDEN = /^\/(?:home|root|run\/user)(?:\/|$)/;

export function placesOf(scope: Scope, env: NodeJS.ProcessEnv): ServicePlaces {
  if (scope === 'system') {
    return {
      template: packagePath('deploy', UNIT),
      unit: join('/etc/systemd/system', UNIT),
      envFile: '/etc/status-watcher.env',
      tokenFile: '/etc/status-watcher.token',
      stateDir: '/var/lib/live-status',
    };
  }
  const home = env['HOME'] || homedir();
  return {
    template: packagePath('deploy', 'status-watcher.user.service'),
    unit: join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'systemd', 'user', UNIT),
    envFile: defaultEnvFile(env),
    stateDir: join(env['XDG_STATE_HOME'] || join(home, '.local', 'state'), 'live-status'),
  };
}

/** Whether an existing unit is not ours: all of ours have this description. */
export function isForeignUnit(unit: string): boolean {
  return existsSync(unit) && !readFileSync(unit, 'utf8').includes('\nDescription=Live status of AI agents in Mattermost\n');
}

/** How to remove a unit of another make, with its service. */
export function foreignUnitCure(unit: string): string {
  return `remove it with systemctl disable --now status-watcher and rm ${unit}, then live-status service install`;
}

/** The variables of a service, from its file and, for a file that is not there yet, from the caller's environment. */
export function serviceVariables({ envFile, tokenFile }: ServicePlaces, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const read = readRegularFile(envFile, MAX_ENV_BYTES);
  const variables = 'text' in read ? parseEnv(read.text) : ownVariables(env);
  const hasCredential = tokenFile !== undefined && existsSync(tokenFile);
  return hasCredential ? { ...variables, MM_TOKEN_FILE: tokenFile, MM_TOKEN: '' } : variables;
}

/** The variables of live-status that are set, in the order of their table, and those of coding agents that name their homes. */
export function ownVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names: string[] = [...Object.values(settings).map(({ variable }) => variable), ...HOME_VARIABLES];
  return Object.fromEntries(names.flatMap((name) => (env[name]?.trim() ? [[name, env[name]]] : [])));
}

/** What is still missing or wrong before the service can run. */
export function problemsOf(variables: NodeJS.ProcessEnv, home = '/nonexistent'): readonly Problem[] {
  const result = readConfig({ HOME: home, ...variables });
  return result.kind === 'wrong' ? result.problems : [];
}

export type OwnerFound = { readonly user: string; readonly group: string } | { readonly kind: 'nobody' } | { readonly problem: string };

/** The user of the service: the named user, else the owner of the transcripts or of coding agents, else a user that systemd makes. */
export function ownerOf(variables: NodeJS.ProcessEnv, named: string | undefined): OwnerFound {
  const folder = variables['TRANSCRIPT_DIR']?.trim();
  if (named === undefined && !folder) return ownerOfAgents(variables);
  try {
    const user = named ?? nameOf(String(statSync(folder ?? '/').uid));
    return { user, group: id('-gn', user) };
  } catch {
    const what = named === undefined ? `TRANSCRIPT_DIR ${folder} is not there, so its owner is not known` : `there is no user ${named}`;
    return { problem: `${what}; name the user who owns the transcripts with --run-as.` };
  }
}

/** Only their owner may read their files. */
function ownerOfAgents(variables: NodeJS.ProcessEnv): OwnerFound {
  const homes = Object.values(homesOfService(variables, undefined)).flat();
  const [uid, ...others] = ownersOf(homes);
  if (uid === undefined)
    return wantsCodingAgents(variables) ? { problem: 'name the user whose coding agents are watched with --run-as.' } : { kind: 'nobody' };
  if (others.length > 0) {
    const why = `the coding agents in ${homes.join(', ')} belong to several users`;
    return { problem: `${why}; name the user of the watcher with --run-as, and see docs/CODING-AGENTS.md for the right to read them.` };
  }
  try {
    const user = nameOf(String(uid));
    return { user, group: id('-gn', user) };
  } catch {
    return { problem: `the owner of ${homes[0]} (user id ${uid}) has no name here; name the user of the service with --run-as.` };
  }
}

function nameOf(uid: string): string {
  return id('-nu', uid);
}

function id(option: string, who: string): string {
  return execFileSync('id', [option, who], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

/**
 * The files below a home that the sandbox would hide: transcripts, files that settings name, Node and the program, and the homes of
 * coding agents. These get a minus: the service starts also when one of them is not there.
 */
export function hiddenPaths(variables: NodeJS.ProcessEnv, node: string, program: string, homes: readonly string[] = []): string[] {
  const folders = ['TRANSCRIPT_DIR', 'GOVERNANCE_DIR'].map((name) => variables[name]);
  const files = NAMED_FILES.map((name) => variables[name]);
  const parents = files.flatMap((path) => (path ? [dirname(path)] : []));
  const own = [dirname(dirname(node)), packageRoot(program)];
  const paths = [...folders.flatMap((path) => (path ? [path] : [])), ...parents, ...own];
  const hidden = (all: readonly string[]) => [...new Set(all)].filter((path) => HIDDEN.test(path));
  return [...hidden(paths), ...hidden(homes).map((path) => `-${path}`)];
}

/** The folder that holds the package and, in an installation, the packages it needs. */
function packageRoot(program: string): string {
  const root = dirname(dirname(program));
  return dirname(root).endsWith('node_modules') ? dirname(root) : root;
}
