// Only the sources of OpenClaw read anything in a session's key. To everybody else it is a name; what matters comes with `session_seen`.

import { describe, expect, it } from 'vitest';
import { sources } from './repository.ts';

const ROOMS = /^src\/(?:app|boxes|coordinator|core|files|health|sinks|store|takeover|text)\//;
/** A form of keys written down, or a key taken to pieces. */
const GRAMMAR = [
  /['"`^/]agent:/,
  /['"`]?:(?:subagent|cron|unindexed|acp|heartbeat):/,
  /\b(?:\w*[kK]ey)\??\.(?:split|startsWith|endsWith|includes|match|indexOf|replace)\((?!prefix|FINDINGS)/,
  /\.test\(\w*\.?\w*[kK]ey\)/,
  /split\(['"]:['"]\)/,
];
/** What may know the grammar: the one place that reads what an older version stored, and a pace, which has colons of its own. */
const READERS: ReadonlyMap<string, RegExp> = new Map([
  ['src/app/restore.ts', /session-key\.ts|route\.ts/],
  ['src/core/edit-pace.ts', /part\.split\(':'\)/],
]);

function findings(path: string, text: string): string[] {
  const lines = text.split('\n').filter((line) => READERS.get(path)?.test(line) !== true);
  const isGrammar = (line: string): boolean => GRAMMAR.some((pattern) => pattern.test(line));
  const isImport = (line: string): boolean => /from '.*\/decoding\/(?:session-key|route)\.ts'/.test(line);
  return lines.filter((line) => isGrammar(line) || isImport(line)).map((line) => `${path}: ${line.trim()}`);
}

describe('the grammar of session keys', () => {
  it('is known to no room but the sources of OpenClaw, and to the reader of what an older version stored', () => {
    const files = sources().filter(({ path }) => ROOMS.test(path));
    expect(files.length).toBeGreaterThan(100);
    expect(files.flatMap(({ path, text }) => findings(path, text))).toEqual([]);
  });

  it.each([
    "const agent = sessionKey.split(':')[1] ?? '';",
    "key.startsWith('agent:')",
    'const SCHEDULED_KEY = /^agent:[^:]+:cron:/;',
    "session.key.includes(':subagent:')",
    'isScheduled: SCHEDULED_KEY.test(before.key)',
    "import { agentIdOf } from '../sources/openclaw/decoding/session-key.ts';",
    'const key = `agent:${agentId}:main`;',
  ])('would be noticed as %s', (line) => {
    expect(findings('src/core/tree.ts', line)).toHaveLength(1);
  });
});
