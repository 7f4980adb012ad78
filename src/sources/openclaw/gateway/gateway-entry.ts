// The entry of OpenClaw's gateway in the catalogue of sources.

import type { SourceEntry } from '../../source-entry.ts';
import type { NeededArgs } from '../decoding/decode-context.ts';
import type { BotsByAgent } from './how-to-answer.ts';
import { GATEWAY } from './gateway-identity.ts';

interface Settings {
  gateway: { url: string; token(): string } | undefined;
  stateDir: string;
  version: string;
  emitsQuestions: boolean;
  neededArgs?: NeededArgs | undefined;
  showsFailures?: boolean;
  approveBot?: BotsByAgent | undefined;
  controlUiUrl?: string | undefined;
  isOnlySource: boolean;
}

export const gateway = {
  ...GATEWAY,
  create: async ({ gateway: access, ...settings }, ports) => {
    if (access === undefined) return undefined;
    const { createGatewaySource } = await import('./gateway-source.ts');
    const { url, token } = access;
    return createGatewaySource({ url, token, random: Math.random, ...settings, ...ports });
  },
} as const satisfies SourceEntry<Settings>;
