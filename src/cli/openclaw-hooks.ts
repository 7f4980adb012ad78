// Installs our hook for OpenClaw and switches it on: with OpenClaw's own command if it is there, else in its configuration.

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { openclawConfigPath } from '../sources/openclaw/gateway/find-gateway.ts';
import { asRecord, parseJson } from '../core/json-guards.ts';
import { packagePath } from '../process/package-folder.ts';

export const HOOK = 'status-watcher-hook';

/** How the hook was switched on or off, or what a person has to do. */
export type Switched = { readonly kind: 'done'; readonly by: string } | { readonly kind: 'by_hand'; readonly cure: string };

/** What the handler reads: the program, and a Node for gateways whose own is too old. */
interface Place {
  readonly program: string;
  readonly node: string;
  readonly version: string;
  /** The hooks in OpenClaw's configuration before ours was added. */
  readonly hooksBefore?: unknown;
}

/** OpenClaw's folder: `OPENCLAW_STATE_DIR`, else `~/.openclaw`. */
export function openclawFolder(env: NodeJS.ProcessEnv): string {
  return env['OPENCLAW_STATE_DIR']?.trim() || join(env['HOME'] || homedir(), '.openclaw');
}

export function hookFolder(env: NodeJS.ProcessEnv): string {
  return join(openclawFolder(env), 'hooks', HOOK);
}

/** Copies the hook as JavaScript, which every gateway's Node loads. Replaces the hook of an earlier version. */
export function copyHook(env: NodeJS.ProcessEnv, place: Place): void {
  const folder = hookFolder(env);
  const hooksBefore = installedPlace(env) === undefined ? readConfiguration(env)?.['hooks'] : installedPlace(env)?.hooksBefore;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of ['HOOK.md', 'package.json']) cpSync(packagePath('hooks', HOOK, name), join(folder, name));
  const source = readFileSync(packagePath('hooks', HOOK, 'handler.ts'), 'utf8');
  writeFileSync(join(folder, 'handler.js'), stripTypeScriptTypes(source));
  writeFileSync(join(folder, 'place.json'), `${JSON.stringify({ ...place, hooksBefore }, undefined, 2)}\n`);
}

/** The program that an installed hook names; undefined when it is not installed. */
export function installedPlace(env: NodeJS.ProcessEnv): Partial<Place> | undefined {
  const file = join(hookFolder(env), 'place.json');
  return existsSync(file) ? (asRecord(parseJson(readFileSync(file, 'utf8'))) ?? {}) : undefined;
}

/** Whether another status watcher has its hook at our place: such a hook does not name the program that it starts. */
export function isForeignHook(env: NodeJS.ProcessEnv): boolean {
  return existsSync(hookFolder(env)) && installedPlace(env) === undefined;
}

/** Whether the configuration switches the hook on; undefined when it cannot be read. */
export function isEnabled(env: NodeJS.ProcessEnv): boolean | undefined {
  const config = readConfiguration(env);
  if (config === undefined) return undefined;
  const internal = asRecord(asRecord(config['hooks'])?.['internal']);
  return internal?.['enabled'] === true && asRecord(asRecord(internal['entries'])?.[HOOK])?.['enabled'] === true;
}

/** Switches the hook on or off. Leaves a configuration alone that is more than plain JSON. */
export function switchHook(env: NodeJS.ProcessEnv, on: boolean): Switched {
  const verb = on ? 'enable' : 'disable';
  const command = `openclaw hooks ${verb} ${HOOK}`;
  if (runOpenClaw(env, ['hooks', verb, HOOK]) && isEnabled(env) === on) return { kind: 'done', by: command };
  const path = openclawConfigPath(env);
  const config = readConfiguration(env);
  if (path === undefined || config === undefined) return { kind: 'by_hand', cure: `run ${command} where OpenClaw is installed` };
  writeConfiguration(path, on ? withHook(config) : withoutHook(config, installedPlace(env)?.hooksBefore));
  return { kind: 'done', by: `hooks.internal in ${path}` };
}

function runOpenClaw(env: NodeJS.ProcessEnv, args: readonly string[]): boolean {
  try {
    execFileSync('openclaw', args, { env, stdio: 'ignore', timeout: 60_000 });
    return true;
  } catch {
    return false;
  }
}

function withHook(config: Record<string, unknown>): Record<string, unknown> {
  const hooks = asRecord(config['hooks']) ?? {};
  const internal = asRecord(hooks['internal']) ?? {};
  const entries = asRecord(internal['entries']) ?? {};
  const entry = { ...asRecord(entries[HOOK]), enabled: true };
  return { ...config, hooks: { ...hooks, internal: { ...internal, enabled: true, entries: { ...entries, [HOOK]: entry } } } };
}

/** The earlier configuration if nobody has changed it since, else the current one without our entry. */
function withoutHook(config: Record<string, unknown>, before: unknown): Record<string, unknown> {
  const { hooks: current, ...rest } = config;
  const restored = before === undefined ? rest : { ...rest, hooks: before };
  if (isDeepStrictEqual(current, withHook(restored)['hooks'])) return restored;
  const hooks = asRecord(current) ?? {};
  const internal = asRecord(hooks['internal']) ?? {};
  const { [HOOK]: _removed, ...entries } = asRecord(internal['entries']) ?? {};
  return { ...config, hooks: { ...hooks, internal: { ...internal, entries } } };
}

/** Strict JSON only: rewriting anything else would lose its comments. A missing file is an empty configuration. */
function readConfiguration(env: NodeJS.ProcessEnv): Record<string, unknown> | undefined {
  const path = openclawConfigPath(env);
  if (path === undefined) return undefined;
  return existsSync(path) ? asRecord(parseJson(readFileSync(path, 'utf8'))) : {};
}

/** Writes by rename, so that a gateway reads either the old or the new file; keeps the mode. */
function writeConfiguration(path: string, config: Record<string, unknown>): void {
  const mode = existsSync(path) ? statSync(path).mode & 0o777 : 0o600;
  if (Object.keys(config).length === 0) return rmSync(path, { force: true }); // an empty file means the same as a missing one
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.live-status`, `${JSON.stringify(config, undefined, 2)}\n`, { mode });
  renameSync(`${path}.live-status`, path);
}

/** The agents folder of this OpenClaw, where it writes transcripts. */
export function transcriptsOf(env: NodeJS.ProcessEnv): string | undefined {
  const agents = join(openclawFolder(env), 'agents');
  if (!existsSync(agents)) return undefined;
  return readdirSync(agents).some((agent) => existsSync(join(agents, agent, 'sessions', 'sessions.json'))) ? agents : undefined;
}
