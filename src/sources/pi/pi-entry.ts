// The entry of the catalogue for pi.

import type { SourceEntry } from '../source-entry.ts';
import { PI } from './pi-identity.ts';

interface Settings {
  homes: Readonly<Record<string, readonly string[]>>;
  watchPolling: boolean;
}

export const pi = {
  ...PI,
  lives: { folder: '.pi/agent', subject: 'pi', logs: { folders: [/^sessions$/, /^--.*--$/], name: /\.jsonl$/ } },
  create: async ({ homes, watchPolling }, ports) => {
    const paths = homes[PI.id] ?? [];
    if (paths.length === 0) return undefined;
    const [{ createPiHome }, { manyHomes }] = await Promise.all([import('./pi-home.ts'), import('../coding-agents/many-homes.ts')]);
    return manyHomes(
      PI,
      paths.map((home) => createPiHome({ ...ports, home, polling: watchPolling })),
    );
  },
} as const satisfies SourceEntry<Settings>;
