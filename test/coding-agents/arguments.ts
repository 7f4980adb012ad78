// The command line of `npm run test-coding-agents`. Pure.

import { parseArgs } from 'node:util';
import type { Decoded } from '../openclaw/command.ts';
import type { Agent } from './agent.ts';
import { claudeCode } from './claude-code.ts';
import { codex } from './codex.ts';
import { PARTS } from './parts.ts';

export interface Wishes {
  agents: readonly Agent[];
  parts: readonly string[];
}

const AGENTS: readonly Agent[] = [claudeCode, codex];
const text = { type: 'string' } as const;
const OPTIONS = { only: text, part: { type: 'string', multiple: true }, help: { type: 'boolean' } } as const;

/** What `--help` prints. */
export const HELP = `npm run test-coding-agents -- [options]

Runs ${AGENTS.map(({ packageName, version }) => `${packageName} ${version}`).join(' and ')}, installed from npm (about 800 MB, kept in
.cache/coding-agents), with scripted models and a real watcher, and compares each box with what really happened.

  --only <agent>   one of them: ${AGENTS.map(({ source }) => source).join(', ')}
  --part <part>    one part; may be given several times: ${Object.keys(PARTS).join('; ')}
  --help

Ends with 0 when every check passed, 1 when one failed, 64 when an option is wrong. Needs tmux and git.
`;

/** Never throws. */
export function decodeArguments(args: readonly string[]): Decoded<Wishes> {
  try {
    const { help, only, part } = parseArgs({ args: [...args], options: OPTIONS }).values;
    if (help === true) return { kind: 'help' };
    const agents = AGENTS.filter(({ source }) => only === undefined || source === only);
    if (agents.length === 0) return wrong(`There is no agent ${only}.`);
    const unknown = part?.find((name) => !(name in PARTS));
    if (unknown !== undefined) return wrong(`There is no part ${unknown}.`);
    return { kind: 'run', wishes: { agents, parts: part ?? Object.keys(PARTS) } };
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
}

function wrong(because: string): Decoded<Wishes> {
  return { kind: 'wrong', because };
}
