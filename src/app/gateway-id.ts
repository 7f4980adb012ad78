// Names this gateway among all that use the account: by a setting, else by a name that is made once and kept in the state directory.
//
// The name is made of the machine and of what is watched there, so that it is the same again when the state directory is lost, and for a
// second watcher of the same agents.

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { decodeGatewayId, MAX_GATEWAY_ID } from '../core/gateway-name.ts';
import type { Config } from '../config/config.ts';
import { errorText } from '../core/error-code.ts';
import type { Logger } from '../core/log.ts';
import { ensurePrivate } from '../process/private-file.ts';
import { readRegularFile } from '../config/regular-file.ts';

export const GATEWAY_ID_FILE = 'gateway-id';
const MAX_BYTES = 1_024;
const MACHINE_FILE = '/etc/machine-id';
const HASH_CHARS = 8;

/** Never throws. Without a disk it makes the same name at each start. */
export function gatewayIdOf(config: Config, log: Logger): string {
  if (config.gatewayId !== undefined) return config.gatewayId;
  const path = join(config.stateDir, GATEWAY_ID_FILE);
  const kept = keptIn(path);
  if (kept !== undefined) return kept;
  const made = madeOf(hostname(), [machineId(), hostname(), ...placesOf(config)]);
  try {
    ensurePrivate(path);
    writeFileSync(path, `${made}\n`);
  } catch (error) {
    log.warn({ path, reason: errorText(error) }, 'The id of this gateway cannot be kept; it is made anew at the next start.');
  }
  return made;
}

function keptIn(path: string): string | undefined {
  const read = readRegularFile(path, MAX_BYTES);
  return 'text' in read ? decodeGatewayId(read.text.trim()) : undefined;
}

/** The name of the host, for people, and a hash of what tells it from all others. */
function madeOf(host: string, facts: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, HASH_CHARS);
  const name = host
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, MAX_GATEWAY_ID - HASH_CHARS - 1);
  return name === '' ? `gateway-${hash}` : `${name}-${hash}`;
}

/** Containers have none. */
function machineId(): string {
  try {
    return readFileSync(MACHINE_FILE, 'utf8').trim();
  } catch {
    return '';
  }
}

/** Where the agents are that are watched. */
function placesOf({ chosen, transcriptDir, networkAiDir, openclawNodeDir, meshNatsUrl, meshSseUrl }: Config): string[] {
  const homes = Object.values(chosen.homes).flat();
  const places = [transcriptDir, networkAiDir, openclawNodeDir, meshNatsUrl, meshSseUrl, chosen.gateway?.url, ...homes];
  return places.map((place = '') => place);
}
