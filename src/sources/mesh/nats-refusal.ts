// Words for people: why the bus cannot be heard, and what helps. Pure.

/** `error` is what the client threw. No secret is in it. */
export function refusalOf(error: unknown, url: string): string {
  const message = error instanceof Error ? error.message : 'unknown';
  const code = codeOf(error);
  if (message.startsWith('MESH_NATS_')) return message;
  if (/authorization|authentication|user jwt|nkey/i.test(message) || nameOf(error) === 'AuthorizationError')
    return `the bus at ${url} refuses us (${message}); give its user in MESH_NATS_CREDS, MESH_NATS_TOKEN_FILE or MESH_NATS_USER_FILE`;
  if (/certificate|self.signed|tls|ssl|alt ?names/i.test(`${message} ${code}`))
    return `the bus at ${url} and we do not trust each other (${message}); MESH_NATS_CA_FILE, MESH_NATS_CERT_FILE and MESH_NATS_KEY_FILE say whom to trust and who we are`;
  if (code === 'ECONNREFUSED' || /refused/i.test(message))
    return `no bus answers at ${url}; start nats-server there, or correct MESH_NATS_URL`;
  return `the bus at ${url} cannot be reached (${message}); see whether nats-server runs there, or correct MESH_NATS_URL`;
}

function codeOf(error: unknown): string {
  const codes = [error, error instanceof Error ? error.cause : undefined];
  return codes.flatMap((one) => (one instanceof Error && 'code' in one && typeof one.code === 'string' ? [one.code] : [])).join(' ');
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}
