// The entry of the catalogue for Claude Code.

import type { SourceEntry } from '../source-entry.ts';
import { CLAUDE_CODE } from './claude-code-identity.ts';

interface Settings {
  homes: Readonly<Record<string, readonly string[]>>;
  watchPolling: boolean;
  emitsQuestions: boolean;
}

export const claudeCode = {
  ...CLAUDE_CODE,
  lives: {
    variable: 'CLAUDE_CONFIG_DIR',
    folder: '.claude',
    subject: 'Claude Code',
    logs: { folders: [/^projects$/, /^/], name: /^[\da-f]{8}-[\da-f-]{27}\.jsonl$/ },
  },
  create: async ({ homes, watchPolling, emitsQuestions }, ports) => {
    const dirs = homes[CLAUDE_CODE.id] ?? [];
    if (dirs.length === 0) return undefined;
    const { createClaudeCodeSource } = await import('./claude-code-source.ts');
    return createClaudeCodeSource({ ...ports, dirs, polling: watchPolling, emitsQuestions });
  },
} as const satisfies SourceEntry<Settings>;
