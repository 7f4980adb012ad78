// The name of the source of pi and what it can see.

import type { Source } from '../../core/source.ts';

/** pi leaves no sign of its process; so nothing is said of a loss, and silence means nothing. */
export const PI = { id: 'pi', capabilities: { agents: 'pi', namesRuns: false, tellsLoss: true } } as const satisfies Pick<
  Source,
  'id' | 'capabilities'
>;
