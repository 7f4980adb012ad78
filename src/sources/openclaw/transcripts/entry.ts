// The transcripts of OpenClaw, as the catalogue lists them.

import type { SourceEntry } from '../../source-entry.ts';
import { TRANSCRIPTS } from './identity.ts';

interface Settings {
  transcriptDir: string | undefined;
  sessionsJson: string | undefined;
  watchPolling: boolean;
  tellsQuestions: boolean;
}

export const transcripts = {
  ...TRANSCRIPTS,
  create: async ({ transcriptDir, sessionsJson, watchPolling, tellsQuestions }, ports) => {
    if (transcriptDir === undefined) return undefined;
    const { createTranscriptSource } = await import('./source.ts');
    return createTranscriptSource({ dir: transcriptDir, sessionsJson, polling: watchPolling, tellsQuestions, ...ports });
  },
} as const satisfies SourceEntry<Settings>;
