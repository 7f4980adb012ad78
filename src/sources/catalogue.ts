// Lists the sources. A new source is one folder and one line here.

import { claudeCode } from './claude-code/claude-code-entry.ts';
import { codex } from './codex/codex-entry.ts';
import { networkAi } from './network-ai/network-ai-entry.ts';
import { gateway } from './openclaw/gateway/gateway-entry.ts';
import { mesh } from './mesh/mesh-entry.ts';
import { pi } from './pi/pi-entry.ts';
import { transcripts } from './openclaw/transcripts/transcripts-entry.ts';

export const SOURCES = [transcripts, gateway, claudeCode, codex, pi, networkAi, mesh] as const;
