// How to reach a bus of NATS: its address, and what proves who we are. Files are read at every attempt, since somebody may have changed them.

import {
  type Authenticator,
  credsAuthenticator,
  type NodeConnectionOptions,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from '@nats-io/transport-node';

export interface NatsAccess {
  /** What the names of its variables begin with. */
  readonly prefix: string;
  readonly url: string;
  readonly credsFile?: string | undefined;
  readonly tokenFile?: string | undefined;
  /** `user:password` in one line. */
  readonly userFile?: string | undefined;
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** Reads one of these files, never blocks, and bounds what it takes. `wrong` completes "names …". */
  read(path: string): { readonly text: string } | { readonly wrong: string };
}

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

function proofOf(access: NatsAccess): NodeConnectionOptions['authenticator'] {
  const { credsFile, tokenFile, userFile } = access;
  if (credsFile !== undefined) return credsProof(access, textOf(access, 'CREDS', credsFile));
  if (tokenFile !== undefined) return tokenAuthenticator(textOf(access, 'TOKEN_FILE', tokenFile));
  if (userFile === undefined) return undefined;
  const text = textOf(access, 'USER_FILE', userFile);
  const colon = text.indexOf(':');
  if (colon <= 0) throw new Error(`${access.prefix}_USER_FILE has no user:password in it`);
  return usernamePasswordAuthenticator(text.slice(0, colon), text.slice(colon + 1));
}

/** The client takes a last line only when it ends. It would parse the file after it has reached the server, and blame the way there. */
function credsProof({ prefix }: NatsAccess, text: string): Authenticator {
  const proof = credsAuthenticator(Buffer.from(`${text.replaceAll('\r\n', '\n')}\n`));
  try {
    proof('any');
  } catch {
    throw new Error(`${prefix}_CREDS names a file that is no .creds file: it has no JWT and seed in it`);
  }
  return proof;
}

/** A server that asks for TLS gets it without settings, too; they say whom we trust and who we are. */
function tlsOf(access: NatsAccess): NodeConnectionOptions['tls'] {
  const { url, caFile, certFile, keyFile } = access;
  const isAsked = url.startsWith('tls:') || caFile !== undefined || certFile !== undefined;
  if (!isAsked) return undefined;
  return {
    ...hostOf(url),
    ...(caFile === undefined ? {} : { ca: textOf(access, 'CA_FILE', caFile) }),
    ...(certFile === undefined ? {} : { cert: textOf(access, 'CERT_FILE', certFile) }),
    ...(keyFile === undefined ? {} : { key: textOf(access, 'KEY_FILE', keyFile) }),
  };
}

/** The client compares a certificate with the name of the server, but for an address with `localhost`, unless it is told the address. */
function hostOf(url: string): { host?: string } {
  const [first = '', ...others] = url.split(',');
  return others.length > 0 ? {} : { host: new URL(first).hostname.replace(/^\[(.*)\]$/, '$1') };
}

function textOf({ prefix, read }: NatsAccess, name: string, path: string): string {
  const file = read(path);
  if ('wrong' in file) throw new Error(`${prefix}_${name} names ${file.wrong}`);
  return file.text.trim();
}
