// What the source of transcripts is called and what it can tell.

import type { Source } from '../../../core/source.ts';

export const TRANSCRIPTS = { id: 'transcripts', capabilities: { agents: 'openclaw', namesRuns: false } } as const satisfies Pick<
  Source,
  'id' | 'capabilities'
>;
