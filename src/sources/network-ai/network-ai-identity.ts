// The name of the source of Network-AI and what it can see.

import type { Source } from '../../core/source.ts';

/** Its scripts come and go; nothing shows that a task was lost, and silence ends none. */
export const NETWORK_AI = {
  id: 'network-ai',
  capabilities: { agents: 'network-ai', namesRuns: false, tellsLoss: true },
} as const satisfies Pick<Source, 'id' | 'capabilities'>;
