// The entry of the catalogue for OpenClaw's transcripts.

import type { SourceEntry } from '../../source-entry.ts';
import type { NeededArgs } from '../decoding/decode-context.ts';
import { TRANSCRIPTS } from './transcripts-identity.ts';

interface Settings {
  transcriptDir: string | undefined;
  sessionsJson: string | undefined;
  watchPolling: boolean;
  emitsQuestions: boolean;
  neededArgs?: NeededArgs | undefined;
  showsFailures?: boolean;
}

export const transcripts = {
  ...TRANSCRIPTS,
  reads: { setting: 'transcriptDir', subject: 'Transcripts' },
  create: async ({ transcriptDir, sessionsJson, watchPolling, emitsQuestions, neededArgs, showsFailures }, ports) => {
    if (transcriptDir === undefined) return undefined;
    const { createTranscriptSource } = await import('./transcripts-source.ts');
    return createTranscriptSource({
      dir: transcriptDir,
      sessionsJson,
      polling: watchPolling,
      emitsQuestions,
      neededArgs,
      showsFailures,
      ...ports,
    });
  },
} as const satisfies SourceEntry<Settings>;
