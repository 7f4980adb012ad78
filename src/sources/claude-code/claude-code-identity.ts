// The name of the source of Claude Code sessions and what it can see.

import type { Source } from '../../core/source.ts';

export const CLAUDE_CODE = {
  id: 'claude-code',
  capabilities: { agents: 'claude-code', namesRuns: true, tellsLoss: true },
} as const satisfies Pick<Source, 'id' | 'capabilities'>;
