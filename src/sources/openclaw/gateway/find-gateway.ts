// Finds the gateway in OpenClaw's own configuration, for a watcher on the gateway's host. Pure: the caller reads the file.

import { isAbsolute, join } from 'node:path';
import { asRecord, type JsonRecord } from '../../../core/json-guards.ts';
import { parseLooseJson } from './loose-json.ts';

/** The address and token of the gateway, or why there are none. `why` completes a sentence for the log. */
export type GatewayFound = { readonly url: string; readonly token: string; readonly path: string } | { readonly why: string };

const DEFAULT_PORT = 18_789;
const CONFIG_NAME = 'openclaw.json';
const ENV_REFERENCE = /^\$\{?([A-Z_][A-Z0-9_]*)\}?$/;

/** The place of OpenClaw's configuration: `OPENCLAW_CONFIG_PATH`, or in `OPENCLAW_STATE_DIR`, or in `~/.openclaw`. */
export function openclawConfigPath(env: NodeJS.ProcessEnv): string | undefined {
  const named = env['OPENCLAW_CONFIG_PATH']?.trim();
  if (named) return absolute(named, env);
  const stateDir = env['OPENCLAW_STATE_DIR']?.trim();
  if (stateDir) return join(absolute(stateDir, env), CONFIG_NAME);
  return env['HOME'] ? join(env['HOME'], '.openclaw', CONFIG_NAME) : undefined;
}

function absolute(path: string, env: NodeJS.ProcessEnv): string {
  const expanded = path.startsWith('~/') ? join(env['HOME'] ?? '/', path.slice(2)) : path;
  return isAbsolute(expanded) ? expanded : join(process.cwd(), expanded);
}

/** `readFile` gives the text of a file, or undefined when it cannot be read. The token is never part of `why`. */
export function findGateway(env: NodeJS.ProcessEnv, readFile: (path: string) => string | undefined): GatewayFound {
  const path = openclawConfigPath(env);
  const text = path === undefined ? undefined : readFile(path);
  if (path === undefined || text === undefined)
    return { why: `there is no OpenClaw configuration${path === undefined ? '' : ` at ${path}`}` };
  const config = asRecord(parseLooseJson(text));
  if (config === undefined) return { why: `${path} cannot be understood` };
  const gateway = asRecord(config['gateway']) ?? {};
  const token = tokenOf(gateway, env);
  if ('why' in token) return { why: `${path} ${token.why}` };
  return { url: urlOf(gateway, env), token: token.value, path };
}

function urlOf(gateway: JsonRecord, env: NodeJS.ProcessEnv): string {
  const remote = isRemote(gateway) ? asRecord(gateway['remote'])?.['url'] : undefined;
  if (typeof remote === 'string' && /^wss?:\/\//.test(remote)) return remote;
  const scheme = asRecord(gateway['tls'])?.['enabled'] === true ? 'wss' : 'ws';
  const named = Number(env['OPENCLAW_GATEWAY_PORT'] || gateway['port']);
  const port = Number.isInteger(named) && named > 0 && named <= 65_535 ? named : DEFAULT_PORT;
  return `${scheme}://127.0.0.1:${port}`;
}

function isRemote(gateway: JsonRecord): boolean {
  return gateway['mode'] === 'remote';
}

function tokenOf(gateway: JsonRecord, env: NodeJS.ProcessEnv): { value: string } | { why: string } {
  const fromEnv = env['OPENCLAW_GATEWAY_TOKEN']?.trim();
  if (fromEnv) return { value: fromEnv };
  const auth = asRecord(gateway['auth']);
  const named = isRemote(gateway) ? asRecord(gateway['remote'])?.['token'] : auth?.['token'];
  const value = secretOf(named, env);
  if (value !== undefined) return { value };
  if (auth?.['mode'] === 'password') return { why: 'protects the gateway with a password, and only a token can be used' };
  return { why: named === undefined ? 'names no gateway token' : 'keeps the gateway token where live-status cannot read it' };
}

/** A token in clear, `${VARIABLE}`, or `{ source: 'env', id: 'VARIABLE' }`. */
function secretOf(value: unknown, env: NodeJS.ProcessEnv): string | undefined {
  const reference = asRecord(value);
  const name =
    reference?.['source'] === 'env' ? reference['id'] : typeof value === 'string' ? ENV_REFERENCE.exec(value.trim())?.[1] : undefined;
  const text = typeof name === 'string' ? env[name] : value;
  return typeof text === 'string' && /^[\x21-\x7e]+$/.test(text.trim()) ? text.trim() : undefined;
}
