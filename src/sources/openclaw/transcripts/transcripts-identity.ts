// The name of the source of transcripts and what it can see.

import type { Source } from '../../../core/source.ts';

export const TRANSCRIPTS = { id: 'transcripts', capabilities: { agents: 'openclaw', namesRuns: false } } as const satisfies Pick<
  Source,
  'id' | 'capabilities'
>;
