// How to reach the bus: its address, and what proves who we are. Files are read at every attempt, since somebody may have changed them.

import { readFileSync, statSync } from 'node:fs';
import { credsAuthenticator, type NodeConnectionOptions, tokenAuthenticator, usernamePasswordAuthenticator } from '@nats-io/transport-node';

export interface NatsAccess {
  readonly url: string;
  readonly credsFile?: string | undefined;
  readonly tokenFile?: string | undefined;
  /** `user:password` in one line. */
  readonly userFile?: string | undefined;
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

const MOST_BYTES = 262_144; // no key and no certificate has more; a wrong path may name any file
const TIMEOUT_MS = 10_000;

/** Throws an error for people when a file is missing or is something else. */
export function connectionOptions(access: NatsAccess): NodeConnectionOptions {
  const proof = proofOf(access);
  const tls = tlsOf(access);
  return {
    servers: access.url.split(','),
    name: 'live-status',
    reconnect: false,
    timeout: TIMEOUT_MS,
    pingInterval: 20_000,
    noAsyncTraces: true,
    ...(proof === undefined ? {} : { authenticator: proof }),
    ...(tls === undefined ? {} : { tls }),
  };
}

function proofOf({ credsFile, tokenFile, userFile }: NatsAccess): NodeConnectionOptions['authenticator'] {
  if (credsFile !== undefined) return credsAuthenticator(readBytes('MESH_NATS_CREDS', credsFile));
  if (tokenFile !== undefined) return tokenAuthenticator(readText('MESH_NATS_TOKEN_FILE', tokenFile));
  if (userFile === undefined) return undefined;
  const text = readText('MESH_NATS_USER_FILE', userFile);
  const colon = text.indexOf(':');
  if (colon <= 0) throw new Error('MESH_NATS_USER_FILE has no user:password in it');
  return usernamePasswordAuthenticator(text.slice(0, colon), text.slice(colon + 1));
}

/** A server that asks for TLS gets it without settings, too; they say whom we trust and who we are. */
function tlsOf({ url, caFile, certFile, keyFile }: NatsAccess): NodeConnectionOptions['tls'] {
  const isAsked = url.startsWith('tls:') || caFile !== undefined || certFile !== undefined;
  if (!isAsked) return undefined;
  return {
    ...hostOf(url),
    ...(caFile === undefined ? {} : { ca: readText('MESH_NATS_CA_FILE', caFile) }),
    ...(certFile === undefined ? {} : { cert: readText('MESH_NATS_CERT_FILE', certFile) }),
    ...(keyFile === undefined ? {} : { key: readText('MESH_NATS_KEY_FILE', keyFile) }),
  };
}

/** The client compares a certificate with the name of the server, but for an address with `localhost`, unless it is told the address. */
function hostOf(url: string): { host?: string } {
  const [first = '', ...others] = url.split(',');
  return others.length > 0 ? {} : { host: new URL(first).hostname.replace(/^\[(.*)\]$/, '$1') };
}

function readText(variable: string, path: string): string {
  return Buffer.from(readBytes(variable, path)).toString('utf8').trim();
}

function readBytes(variable: string, path: string): Uint8Array {
  try {
    const { size } = statSync(path);
    if (size > MOST_BYTES) throw new Error('it is too large');
    return readFileSync(path);
  } catch (error) {
    throw new Error(`${variable} names a file that cannot be read (${path}): ${error instanceof Error ? error.message : 'unknown'}`, {
      cause: error,
    });
  }
}
