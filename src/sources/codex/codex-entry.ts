// The entry of the catalogue for Codex.

import type { SourceEntry } from '../source-entry.ts';
import { CODEX } from './codex-identity.ts';

interface Settings {
  homes: Readonly<Record<string, readonly string[]>>;
  watchPolling: boolean;
}

export const codex = {
  ...CODEX,
  lives: {
    variable: 'CODEX_HOME',
    folder: '.codex',
    subject: 'Codex',
    logs: { folders: [/^sessions$/, /^\d{4}$/, /^\d{2}$/, /^\d{2}$/], name: /^rollout-.*\.jsonl$/ },
  },
  create: async ({ homes, watchPolling }, ports) => {
    const paths = homes[CODEX.id] ?? [];
    if (paths.length === 0) return undefined;
    const [{ createCodexHome }, { manyHomes }] = await Promise.all([import('./codex-home.ts'), import('../coding-agents/many-homes.ts')]);
    return manyHomes(
      CODEX,
      paths.map((home) => createCodexHome({ ...ports, home, polling: watchPolling })),
    );
  },
} as const satisfies SourceEntry<Settings>;
