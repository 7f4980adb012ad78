// `live-status service`: installs, removes and shows the systemd unit.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type Problem, problemLine } from '../config/config.ts';
import { errorCode, errorText } from '../core/error-code.ts';
import { ownUid } from '../process/process-identity.ts';
import type { CliContext, Command, OptionValues } from './command.ts';
import { exitCodes, statusCodes } from '../process/exit-codes.ts';
import { programPath } from '../process/package-folder.ts';
import { homeOfUser, homesOfOthers, homesOfService } from './service-homes.ts';
import {
  foreignUnitCure,
  hiddenPaths,
  isForeignUnit,
  ownerOf,
  ownVariables,
  placesOf,
  problemsOf,
  type Scope,
  type ServicePlaces,
  serviceVariables,
  UNIT,
} from './service-settings.ts';
import { fillUnit } from './service-unit.ts';

export const serviceCommand: Command = {
  name: 'service',
  summary: 'install, remove or show the systemd service',
  details: () =>
    [
      'install  writes the unit with the paths of this machine, and /etc/status-watcher.env from the variables that are set when it is not there',
      '         yet; starts the service when nothing is missing, else says what is. It runs as the owner of TRANSCRIPT_DIR or of the homes of',
      '         coding agents, or where only a gateway is watched as a user of its own. A token in /etc/status-watcher.token is handed over as a credential.',
      'remove   stops the service and removes the unit; --purge removes settings, token and state, too.',
      'status   shows whether it is installed and how it is.',
      '',
      'With --user for one user, without root: settings in ~/.config/live-status/env.',
      '',
      'Exit codes: 0 done, or running; 1 failed; 3 not running; 64 wrong use; 78 installed, but settings are missing or wrong.',
    ].join('\n'),
  options: {
    user: { type: 'boolean', help: "a service of this user's own systemd" },
    'run-as': { type: 'string', value: 'USER', help: 'the user of the system service' },
    purge: { type: 'boolean', help: 'with remove: settings and state, too' },
    'dry-run': { type: 'boolean', help: 'with install: print the unit and change nothing' },
  },
  operands: { usage: 'install|remove|status', most: 1 },
  run: async (values, context, [action]) => orSay(context, () => runService(action, values, context)),
};

/** Prints an error of systemd or of the file system, and ends with the code for a failure. */
function orSay(context: CliContext, act: () => number): number {
  try {
    return act();
  } catch (error) {
    return fail(context, errorText(error));
  }
}

interface Service {
  readonly scope: Scope;
  readonly places: ServicePlaces;
  readonly context: CliContext;
}

function runService(action: string | undefined, values: OptionValues, context: CliContext): number {
  const scope = values['user'] === true ? 'user' : 'system';
  const service: Service = { scope, places: placesOf(scope, context.env), context };
  switch (action) {
    case 'install':
      return install(service, values);
    case 'remove':
      return remove(service, values['purge'] === true);
    case 'status':
      return status(service);
    case undefined:
    default:
      context.err('live-status service: say install, remove or status. See live-status service --help.');
      return exitCodes.usage;
  }
}

function install(service: Service, values: OptionValues): number {
  const { places, context } = service;
  const variables = serviceVariables(places, context.env);
  const plan = planOf(service, variables, typeof values['run-as'] === 'string' ? values['run-as'] : undefined);
  if ('problem' in plan) return fail(context, plan.problem);
  const { unit, home, ofOthers } = plan;
  if (ofOthers.length > 0)
    context.err(
      `${ofOthers.join(', ')}: of other users. The drop-in for a shared host in docs/CODING-AGENTS.md lets the service read them.`,
    );
  if (values['dry-run'] === true) {
    context.out(unit.trimEnd());
    return exitCodes.ok;
  }
  if (!mayChange(service)) return exitCodes.failed;
  if (isForeignUnit(places.unit)) return fail(context, `${places.unit} is of another make: ${foreignUnitCure(places.unit)}.`);
  writeSettings(service);
  mkdirSync(dirname(places.unit), { recursive: true });
  writeFileSync(places.unit, unit, { mode: 0o644 });
  context.out(`The unit is ${places.unit}, its settings are ${places.envFile}.`);
  systemctl(service, 'daemon-reload');
  return start(service, problemsOf(variables, home));
}

interface Plan {
  readonly unit: string;
  /** Of the user of the service. */
  readonly home?: string | undefined;
  /** Homes of coding agents that this user does not own. */
  readonly ofOthers: readonly string[];
}

function planOf({ scope, places, context }: Service, variables: NodeJS.ProcessEnv, named: string | undefined): Plan | { problem: string } {
  const owner = scope === 'user' ? { kind: 'nobody' as const } : ownerOf(variables, named);
  if ('problem' in owner) return owner;
  const user = 'user' in owner ? owner.user : undefined;
  const home = scope === 'user' ? context.env['HOME'] : homeOfUser(user);
  const homes = homesOfService(variables, home);
  const [node, program] = [process.execPath, programPath()];
  const hasCredential = places.tokenFile !== undefined && existsSync(places.tokenFile);
  const unit = fillUnit(readFileSync(places.template, 'utf8'), {
    node,
    program,
    readOnlyPaths: hiddenPaths(variables, node, program, Object.values(homes).flat()),
    seesLocks: 'codex' in homes,
    ...('user' in owner ? { owner } : {}),
    ...(hasCredential ? { tokenFile: places.tokenFile } : {}),
  });
  return { unit, home, ofOthers: user === undefined ? [] : homesOfOthers(Object.values(homes).flat(), user) };
}

/** Starts the service, or restarts it with a new unit, when nothing is missing. */
function start(service: Service, problems: readonly Problem[]): number {
  const { context, places } = service;
  if (problems.length > 0) {
    systemctl(service, 'enable', UNIT);
    context.err(`Not started yet. Correct this in ${places.envFile}, then run ${systemctlCommand(service, 'restart')}:`);
    for (const problem of problems) context.err(`  ${problemLine(problem)}`);
    return exitCodes.config;
  }
  systemctl(service, 'enable', UNIT);
  systemctl(service, 'restart', UNIT);
  context.out(`The service runs. See ${systemctlCommand(service, 'status')}.`);
  return exitCodes.ok;
}

/** A new file gets the variables that are set now; an existing file stays as it is. */
function writeSettings({ places, context }: Service): void {
  if (existsSync(places.envFile)) return;
  const lines = Object.entries(ownVariables(context.env)).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const head = [
    '# Settings of live-status, one NAME=value a line; live-status config --help explains each.',
    '# MM_URL, a token and something to watch are needed.',
  ];
  mkdirSync(dirname(places.envFile), { recursive: true });
  writeFileSync(places.envFile, `${[...head, ...lines].join('\n')}\n`, { mode: 0o600, flag: 'wx' });
}

function remove(service: Service, purge: boolean): number {
  const { places, context } = service;
  if (!mayChange(service)) return exitCodes.failed;
  if (isForeignUnit(places.unit)) return fail(context, `${places.unit} is of another make and was left alone.`);
  if (existsSync(places.unit)) {
    systemctl(service, 'disable', '--now', UNIT);
    rmSync(places.unit);
    systemctl(service, 'daemon-reload');
    context.out(`The service is stopped and ${places.unit} removed.`);
  } else context.out(`There is no ${places.unit}.`);
  const rest = [places.envFile, places.tokenFile, places.stateDir].filter((path) => path !== undefined && existsSync(path));
  if (purge) for (const path of rest) discard(path ?? '');
  else if (rest.length > 0) context.out(`Left in place: ${rest.join(', ')}. Remove them with --purge.`);
  return exitCodes.ok;
}

/** Also removes the folder that was made for it, if it is empty. */
function discard(path: string): void {
  rmSync(path, { recursive: true });
  const folder = dirname(path);
  if (basename(folder) === 'live-status' && readdirSync(folder).length === 0) rmdirSync(folder);
}

function status(service: Service): number {
  const { places, context } = service;
  if (!existsSync(places.unit)) {
    context.out(`Not installed: there is no ${places.unit}.`);
    return statusCodes.stopped;
  }
  const shown = propertiesOf(systemctl(service, 'show', UNIT, '--property=ActiveState,SubState,UnitFileState,StatusText'));
  const { ActiveState: active = 'unknown', SubState: sub = '', UnitFileState: enabled = '', StatusText: words = '' } = shown;
  context.out(`${places.unit}: ${active} (${sub}), ${enabled}.${words === '' ? '' : ` ${words}.`}`);
  return active === 'active' ? statusCodes.running : statusCodes.stopped;
}

/** `systemctl show` prints one NAME=value per line, in its own order. */
function propertiesOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(text.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

function mayChange({ scope, context }: Service): boolean {
  if (!hasSystemd()) {
    fail(context, 'systemd does not run here (there is no /run/systemd/system). Use live-status start, the hook or the container instead.');
    return false;
  }
  if (scope === 'user' || ownUid() === 0) return true;
  fail(context, 'a system service needs root: run this with sudo, or install a service of your own with --user.');
  return false;
}

function hasSystemd(): boolean {
  return existsSync('/run/systemd/system'); // sd_booted(3)
}

function systemctl({ scope }: Service, ...args: string[]): string {
  try {
    return execFileSync('systemctl', [...(scope === 'user' ? ['--user'] : []), ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : (errorCode(error) ?? '');
    throw new Error(`systemctl ${args.join(' ')} failed: ${output}`, { cause: error });
  }
}

function systemctlCommand({ scope }: Service, verb: string): string {
  return `systemctl ${scope === 'user' ? '--user ' : ''}${verb} status-watcher`;
}

function fail(context: CliContext, problem: string): number {
  context.err(`live-status service: ${problem}`);
  return exitCodes.failed;
}
