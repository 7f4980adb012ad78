// The entry of the mesh of openclaw-node in the catalogue of sources.

import type { SourceEntry } from '../source-entry.ts';
import { MESH } from './mesh-identity.ts';
import type { NatsAccess } from '../../nats/nats-access.ts';

interface Settings {
  mesh: { nats?: NatsAccess; sseUrl?: string | undefined; folder?: string | undefined } | undefined;
}

export const mesh = {
  ...MESH,
  create: async ({ mesh: access }, ports) => {
    if (access === undefined) return undefined;
    const { createMeshSource } = await import('./mesh-source.ts');
    return createMeshSource({ ...ports, ...access, random: Math.random });
  },
} as const satisfies SourceEntry<Settings>;
