// Decides whether a host is surely this machine. Pure.

/**
 * `host` is a host name or an address as `URL` writes it, an IPv6 address with or without brackets. `URL` has already turned forms such
 * as 127.1 or 0x7f000001 into dotted numbers. Names below `localhost` never leave the machine (RFC 6761).
 */
export function isLoopback(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(name);
}
