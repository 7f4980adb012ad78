// How long a post's props are for the server, which serialises them itself before it measures.

import { countCodePoints } from '../../text/text.ts';

const ESCAPE_GROWTH = 5; // `<` becomes `\u003c`

/**
 * The length in code points of a value as Go's encoder writes it: like ours, but `<`, `>`, `&` and the two Unicode line
 * separators are escaped.
 */
export function propsLength(value: unknown): number {
  const json = JSON.stringify(value) ?? '';
  return countCodePoints(json) + (json.match(/[<>&\u2028\u2029]/g)?.length ?? 0) * ESCAPE_GROWTH;
}
