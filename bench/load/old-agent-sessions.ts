// What two hundred sessions a day of Claude Code and Codex leave behind: 20 KB to 1 MB each. Their texts are recorded sessions, over and
// over. All sessions of an agent on one day are one file with a hundred names, so that 5 GB take 50 MB of the disk.

import { globSync, linkSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FIXTURES = fileURLToPath(new URL('../../test/fixtures', import.meta.url));
const PROJECTS = 20;
const A_DAY = 100; // of each agent
const WITH_SUB_AGENT = 10; // every so many sessions
const BYTES_PER_DAY = 20_000; // how much longer the sessions of the day before are
const DAY_MS = 86_400_000;
const NEWEST_MS = 3_600_000;

/** Where the agents keep their sessions. */
export interface AgentHomes {
  claude: string;
  codex: string;
}

/** Writes the sessions of so many days, the newest an hour old. Gives their paths. */
export function writeOldAgentSessions({ claude, codex }: AgentHomes, days: number): string[] {
  return Array.from({ length: days }, (_none, day) => {
    const at = new Date(Date.now() - NEWEST_MS - day * DAY_MS);
    const numbers = Array.from({ length: A_DAY }, (_no, number) => day * A_DAY + number);
    const rollouts = numbers.map((number) => rolloutPath(codex, at, number));
    return [
      ...writeOnce(
        recorded('claude-code-2.1.332/tools', day),
        at,
        numbers.flatMap((number) => sessionPaths(claude, number)),
      ),
      ...writeOnce(recorded('codex-0.171.0/resume', day), at, rollouts),
    ];
  }).flat();
}

function recorded(scenario: string, day: number): string {
  const [path = ''] = globSync(`${FIXTURES}/${scenario}/home/{.claude/projects,sessions}/**/*.jsonl`).toSorted();
  const text = readFileSync(path, 'utf8');
  return text.repeat(Math.ceil(((day + 1) * BYTES_PER_DAY) / text.length));
}

function writeOnce(text: string, at: Date, paths: readonly string[]): readonly string[] {
  const [first = ''] = paths;
  for (const path of paths) {
    mkdirSync(dirname(path), { recursive: true });
    if (path === first) writeFileSync(path, text);
    else linkSync(first, path);
  }
  utimesSync(first, at, at);
  for (const path of paths) utimesSync(dirname(path), at, at);
  return paths;
}

/** The session, and of some the sub-agent. */
function sessionPaths(home: string, number: number): string[] {
  const folder = join(home, 'projects', `-home-dev-project${number % PROJECTS}`);
  const session = join(folder, `${idOf(number)}.jsonl`);
  const agent = join(folder, idOf(number), 'subagents', `agent-a${number}.jsonl`);
  return number % WITH_SUB_AGENT === 0 ? [session, agent] : [session];
}

function rolloutPath(home: string, at: Date, number: number): string {
  const time = at.toISOString().slice(0, 19);
  const name = `rollout-${time.replaceAll(':', '-')}-${idOf(number)}.jsonl`;
  return join(home, 'sessions', ...time.slice(0, 10).split('-'), name);
}

function idOf(number: number): string {
  return `${String(number).padStart(8, '0')}-0000-4000-8000-000000000000`;
}
