// What the source of a gateway is called and what it can tell.

import type { Source } from '../../../core/source.ts';

export const GATEWAY = { id: 'gateway', capabilities: { agents: 'openclaw', namesRuns: true } } as const satisfies Pick<
  Source,
  'id' | 'capabilities'
>;
