// The name of the source of Codex and what it can see.

import type { Source } from '../../core/source.ts';

export const CODEX = { id: 'codex', capabilities: { agents: 'codex', namesRuns: false, tellsLoss: true } } as const satisfies Pick<
  Source,
  'id' | 'capabilities'
>;
