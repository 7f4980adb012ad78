// Pure: who is let in to the health page. Knows no page.

import { createHash, timingSafeEqual } from 'node:crypto';
import { isLoopback } from '../core/loopback.ts';

/** What the page asks of a request. */
export interface Door {
  /** Only names of this machine in `Host`: a page in a browser that made its own name point here cannot read ours (DNS rebinding). */
  readonly onlyLocalNames: boolean;
  /** Has to come as `Authorization: Bearer …`; `undefined` lets everybody in. */
  readonly token: string | undefined;
}

export interface Knock {
  readonly host: string | undefined;
  readonly authorization: string | undefined;
  /** The page is open to everybody who may reach the port. */
  readonly isOpenPage: boolean;
}

export type Refused = { readonly status: 401 | 403; readonly error: string };

/** The page of an address: one that others can reach needs the token, and is asked for by names that nobody can foresee. */
export function doorOf(host: string, token: string | undefined): Door {
  return { onlyLocalNames: isLoopback(host), token };
}

/** Why the request is refused, in words for the person who made it; `undefined` lets it in. */
export function refusalAt(door: Door, knock: Knock): Refused | undefined {
  if (door.onlyLocalNames && !isLocalName(knock.host))
    return { status: 403, error: 'This page answers to localhost and 127.0.0.1 only. For another name set HEALTH_HOST and HEALTH_TOKEN.' };
  if (door.token === undefined || knock.isOpenPage || carries(knock.authorization, door.token)) return undefined;
  return { status: 401, error: 'Send the value of HEALTH_TOKEN as "Authorization: Bearer …".' };
}

/** HTTP/1.0 has no `Host`; a browser always sends one. */
function isLocalName(host: string | undefined): boolean {
  if (host === undefined) return true;
  const address = `http://${host}`;
  return URL.canParse(address) && isLoopback(new URL(address).hostname);
}

/** Compares hashes of equal length, so that the time tells nothing of the token. */
function carries(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? '';
  return timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
