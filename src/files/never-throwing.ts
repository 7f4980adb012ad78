// Keeps a decoder from throwing, whatever an entry contains.

import type { Decoded } from './log-format.ts';

/** The same decoder; an entry at which it would throw gives nothing and counts as unknown. */
export function neverThrowing<Result extends Decoded<unknown>>(
  decode: (text: string) => Result,
  onUnknown: (kind: string) => void,
): (text: string) => Result | { events: never[] } {
  return (text) => {
    try {
      return decode(text);
    } catch {
      onUnknown('undecodable');
      return { events: [] };
    }
  };
}
