// Pure: whether an address is this machine.

import { isLoopback } from '../../../core/loopback.ts';

/** Only direct loopback connections are let in without a device identity. */
export function isLoopbackUrl(address: string): boolean {
  return URL.canParse(address) && isLoopback(new URL(address).hostname);
}
