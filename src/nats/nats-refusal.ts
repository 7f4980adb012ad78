// Words for people: why a bus cannot be reached, and what helps. Pure.

import type { NatsAccess } from './nats-access.ts';

/** `error` is what the client threw. No secret is in it. */
export function refusalOf(error: unknown, { url, prefix }: Pick<NatsAccess, 'url' | 'prefix'>): string {
  const message = error instanceof Error ? error.message : 'unknown';
  const code = codeOf(error);
  if (message.startsWith(`${prefix}_`)) return message;
  if (/authorization|authentication|user jwt|nkey/i.test(message) || nameOf(error) === 'AuthorizationError')
    return `the bus at ${url} refuses us (${message}); give its user in ${prefix}_CREDS, ${prefix}_TOKEN_FILE or ${prefix}_USER_FILE`;
  if (/certificate|self.signed|tls|ssl|alt ?names/i.test(`${message} ${code}`))
    return `the bus at ${url} and we do not trust each other (${message}); ${prefix}_CA_FILE, ${prefix}_CERT_FILE and ${prefix}_KEY_FILE say whom to trust and who we are`;
  if (code === 'ECONNREFUSED' || /refused/i.test(message))
    return `no bus answers at ${url}; start nats-server there, or correct ${prefix}_URL`;
  return `the bus at ${url} cannot be reached (${message}); see whether nats-server runs there, or correct ${prefix}_URL`;
}

function codeOf(error: unknown): string {
  const codes = [error, error instanceof Error ? error.cause : undefined];
  return codes.flatMap((one) => (one instanceof Error && 'code' in one && typeof one.code === 'string' ? [one.code] : [])).join(' ');
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}
