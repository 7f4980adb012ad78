// Decides whether a request may see a page. Pure; knows no page.

import { createHash, timingSafeEqual } from 'node:crypto';
import { isLoopback } from '../core/loopback.ts';

/** What a request must have to be allowed. */
export interface AccessPolicy {
  /** Only local names are allowed in `Host`. So a web page whose name resolves to this machine cannot read ours (DNS rebinding). */
  readonly onlyLocalNames: boolean;
  /** Must be sent as `Authorization: Bearer …`; `undefined` allows everybody. */
  readonly token: string | undefined;
}

export interface AccessRequest {
  readonly host: string | undefined;
  readonly authorization: string | undefined;
  /** The page is open to everybody who may reach the port. */
  readonly isOpenPage: boolean;
}

export type AccessRefusal = { readonly status: 401 | 403; readonly error: string };

/** The policy of an address. One that others can reach needs the token, and is requested by names that are not known here. */
export function accessPolicy(host: string, token: string | undefined): AccessPolicy {
  return { onlyLocalNames: isLoopback(host), token };
}

/** Why the request is refused, for the person who made it; `undefined` allows it. */
export function accessRefusal(policy: AccessPolicy, request: AccessRequest): AccessRefusal | undefined {
  if (policy.onlyLocalNames && !isLocalName(request.host))
    return { status: 403, error: 'This page answers to localhost and 127.0.0.1 only. For another name set HEALTH_HOST and HEALTH_TOKEN.' };
  if (policy.token === undefined || request.isOpenPage || bearsToken(request.authorization, policy.token)) return undefined;
  return { status: 401, error: 'Send the value of HEALTH_TOKEN as "Authorization: Bearer …".' };
}

/** HTTP/1.0 has no `Host`; a browser always sends one. */
function isLocalName(host: string | undefined): boolean {
  if (host === undefined) return true;
  const address = `http://${host}`;
  return URL.canParse(address) && isLoopback(new URL(address).hostname);
}

/** Whether the `Authorization` header has it. Compares hashes of equal length, so that the time reveals nothing of the token. */
export function bearsToken(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? '';
  return timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
