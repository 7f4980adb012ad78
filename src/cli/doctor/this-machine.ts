// Checks this machine: Node, the state directory, the health port, other watchers, and the ways to run one.

import { existsSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { errorCode, errorText } from '../../core/error-code.ts';
import { localHealthUrl } from '../../health/local-url.ts';
import { isNodeNewEnough, NODE_NEEDED } from '../../process/node-version.ts';
import { defaultPidFile, findHolding } from '../../process/pid-places.ts';
import { prepareStateDir } from '../../process/state-dir.ts';
import { askHealth } from '../ask-health.ts';
import { hookFolder, installedPlace, isEnabled, isForeignHook } from '../openclaw-hooks.ts';
import { findOtherWatchers, type OtherWatcher } from '../foreign-watchers.ts';
import { packageVersion } from '../../process/package-version.ts';
import { foreignUnitCure, isForeignUnit, placesOf } from '../service-settings.ts';
import { fail, type Finding, ok, warn } from './finding.ts';

const ROOM_NEEDED_BYTES = 100 << 20; // the checkpoint takes a few MB, the log of `start` at most 40 MB

export function checkNode(version: string): Finding {
  if (isNodeNewEnough(version)) return ok('Node', version);
  return fail('Node', `${version} is too old`, `install Node ${NODE_NEEDED} or newer`);
}

export function checkStateDir(path: string): Finding {
  const about = 'state directory';
  const check = prepareStateDir(path);
  if (!check.usable) return fail(about, check.problem, 'give it to this user, or set STATE_DIR to a folder of theirs');
  if (check.warning !== undefined) return warn(about, check.warning, `chmod 700 ${path}`);
  const { bavail, bsize } = statfsSync(path);
  if (bavail * bsize < ROOM_NEEDED_BYTES)
    return warn(about, `less than 100 MB are free at ${path}`, 'make room, or set STATE_DIR to another disk');
  return ok(about, path);
}

/** Checks PID file and health port together: our own watcher may use the port. */
export async function checkRunning(env: NodeJS.ProcessEnv, host: string, port: number): Promise<Finding[]> {
  const { path, state } = findHolding(env['PID_FILE']?.trim() || defaultPidFile(env), env);
  return [runningFinding(state, path), ...findOtherWatchers().map(otherFinding), await portFinding(host, port, state.kind === 'running')];
}

/** Two watchers would write two boxes for each turn. */
function otherFinding({ pid, isOfThisUser, sign }: OtherWatcher): Finding {
  const level = isOfThisUser ? fail : warn;
  return level(
    'other watcher',
    `one of another make runs (pid ${pid}${isOfThisUser ? '' : ', of another user'}): ${sign}`,
    `stop it and what would start it again: kill ${pid}; see docs/UPGRADE.md`,
  );
}

async function portFinding(host: string, port: number, isOurs: boolean): Promise<Finding> {
  const about = 'health port';
  const url = localHealthUrl(host, port);
  if (url === undefined) return ok(about, 'off (HEALTH_PORT=0)');
  if (isOurs) return ok(about, `${host}:${port}, our watcher`);
  const why = await whyNotFree(host, port);
  if (why === undefined) return ok(about, `${host}:${port} is free`);
  return warn(about, `${host}:${port} cannot be used: ${why}${await describeListener(url)}`, 'stop what listens there, or set HEALTH_PORT');
}

/** Any status watcher answers a request for its health. */
async function describeListener(url: string): Promise<string> {
  const answer = await askHealth(url);
  switch (answer.kind) {
    case 'seen':
      return `, a live-status with another PID_FILE (pid ${answer.health.pid})`;
    case 'locked':
      return ', which asks for a token as live-status does';
    case 'foreign':
      return ', perhaps a status watcher of another make: it answers there, but not as live-status does';
    case 'silent':
      return '';
    default:
      return answer satisfies never;
  }
}

function runningFinding(state: ReturnType<typeof findHolding>['state'], path: string): Finding {
  const about = 'watcher';
  switch (state.kind) {
    case 'running':
      return ok(about, `one runs (pid ${state.record.pid})`);
    case 'absent':
      return ok(about, 'none runs');
    case 'stale':
      return ok(about, `none runs; ${path} is left over and will be replaced`);
    case 'refused':
      return fail(about, `its PID file cannot be used: ${state.why}`, 'set PID_FILE to a path in a folder of this user');
    case 'unverified':
      return fail(
        about,
        `what holds ${path} may be a watcher of another make or user: ${state.why}`,
        'stop that one first (ps shows what it is); never run two side by side',
      );
    default:
      return state satisfies never;
  }
}

async function whyNotFree(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error) => resolve(errorCode(error) === 'EADDRINUSE' ? 'another program listens there' : errorText(error)));
    probe.listen({ host, port }, () => probe.close(() => resolve(undefined)));
  });
}

export function checkHook(env: NodeJS.ProcessEnv): Finding {
  if (isForeignHook(env)) return warn('hook', `${hookFolder(env)} is of another make`, 'remove it, then live-status hook install');
  const place = installedPlace(env);
  if (place === undefined) return ok('hook', 'not installed');
  if (isEnabled(env) !== true) return warn('hook', `${hookFolder(env)} is not switched on`, 'live-status hook install');
  if (place.program === undefined || !existsSync(place.program))
    return fail('hook', 'it starts a program that is gone', 'live-status hook install');
  if (place.version !== packageVersion()) return warn('hook', `it is of version ${place.version ?? 'unknown'}`, 'live-status hook install');
  return ok('hook', hookFolder(env));
}

export function checkService(env: NodeJS.ProcessEnv): Finding {
  const units = (['system', 'user'] as const).map((scope) => placesOf(scope, env).unit).filter((unit) => existsSync(unit));
  const foreign = units.find((unit) => isForeignUnit(unit));
  if (foreign !== undefined) return warn('service', `${foreign} is of another make`, foreignUnitCure(foreign));
  if (units.length > 1) return warn('service', `two are installed: ${units.join(', ')}`, 'live-status service remove for one of them');
  return ok('service', units[0] ?? 'not installed');
}
