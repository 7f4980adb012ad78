// The name of the gateway source and what it can see.

import type { Source } from '../../../core/source.ts';

export const GATEWAY = { id: 'gateway', capabilities: { agents: 'openclaw', namesRuns: true } } as const satisfies Pick<
  Source,
  'id' | 'capabilities'
>;
