// The entry of the catalogue for Network-AI.

import type { SourceEntry } from '../source-entry.ts';
import { NETWORK_AI } from './network-ai-identity.ts';

interface Settings {
  networkAiDir: string | undefined;
  watchPolling: boolean;
}

export const networkAi = {
  ...NETWORK_AI,
  reads: { setting: 'networkAiDir', subject: 'Folders of Network-AI' },
  create: async ({ networkAiDir, watchPolling }, ports) => {
    if (networkAiDir === undefined) return undefined;
    const [{ createDataFolder }, { manyHomes }, { folderNames }] = await Promise.all([
      import('./data-folder.ts'),
      import('../coding-agents/many-homes.ts'),
      import('./folder-names.ts'),
    ]);
    const folders = [...folderNames(networkAiDir.split(':'))];
    return manyHomes(
      NETWORK_AI,
      folders.map(([root, name]) => createDataFolder({ ...ports, root, name, polling: watchPolling })),
    );
  },
} as const satisfies SourceEntry<Settings>;
