// Where the health page is reached. Loads no server.

/** The address at which a process on this machine reaches the health page; `undefined` when it is off. */
export function localHealthUrl(host: string, port: number): string | undefined {
  if (port === 0) return undefined;
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}/health`;
}
