import { setTimeout as sleep } from 'node:timers/promises';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { type Bench, type Figure, type Row, timesFloor } from '../contract.ts';
import { lookOnce } from '../floors/look-once.ts';
import { lookAt } from '../floors/look-at.ts';
import type { Account } from '../harness/accounting.ts';
import { afterwards } from '../harness/at-rest.ts';
import { Sink } from '../harness/sink.ts';
import { Watcher } from '../harness/watcher.ts';
import { type AgentHomes, writeOldAgentSessions } from '../load/old-agent-sessions.ts';

const DAYS = 50;
const STARTS = 5; // what they share with an empty start is ten times what is measured

/** Nobody routed them. */
export const oldAgentSessions: Row = {
  name: 'old-agent-sessions',
  title: '10,000 old sessions of Claude Code and Codex (5 GB)',
  run: (bench) => measured(bench, {}),
};

export const oldAgentSessionsRouted: Row = {
  name: 'old-agent-sessions-routed',
  title: 'the same 10,000 with a route',
  run: (bench) => measured(bench, { ROUTES: `claude-code:*=${SAMPLE.publicId}, codex:*=${SAMPLE.publicId}` }),
};

/** What the same start costs with empty homes is taken off. */
async function measured(bench: Bench, routes: NodeJS.ProcessEnv): Promise<Figure[]> {
  const { place, quick, tell } = bench;
  const [homes, none] = [homesIn(bench, 'old'), homesIn(bench, 'none')];
  const paths = writeOldAgentSessions(homes, quick ? 5 : DAYS);
  const files = lookAt(paths);
  const { url } = await Sink.start(place);
  const start = (these: AgentHomes): Watcher => {
    const env = { CLAUDE_CONFIG_DIR: these.claude, CODEX_HOME: these.codex, ...routes };
    return new Watcher(place, { url, agents: place.folder('agents'), env });
  };
  tell(`starts ${STARTS} times with ${paths.length} files, ${(files.bytes / 1e9).toFixed(1)} GB, and ${STARTS} times with none`);
  const [used, empty, floors]: [Account[], Account[], number[]] = [[], [], []];
  for (let round = 0; round < STARTS; round++) {
    empty.push(await startedOnce(start(none)));
    used.push(await startedOnce(start(homes)));
    floors.push(await lookOnce(place, paths));
  }
  const floor = Math.min(...floors);
  const least = (accounts: readonly Account[], what: 'cpuMs' | 'readBytes' | 'rssMiB') => Math.min(...accounts.map((each) => each[what]));
  const cpuMs = least(used, 'cpuMs') - least(empty, 'cpuMs');
  const readBytes = least(used, 'readBytes') - least(empty, 'readBytes');
  return [
    timesFloor(2, { what: 'CPU of the start, beside a new process that looks', now: cpuMs, floor, unit: 'ms' }),
    timesFloor(2, { what: 'CPU of the start, beside the looks alone', now: cpuMs, floor: files.cpuMs, unit: 'ms' }),
    { what: 'read', now: (100 * readBytes) / files.bytes, limit: 1, unit: '%' },
    { what: 'memory', now: least(used, 'rssMiB'), floor: least(empty, 'rssMiB'), unit: 'MiB' },
    await idleFigure(bench, start(homes)),
  ];
}

function homesIn({ place }: Bench, name: string): AgentHomes {
  return { claude: place.folder(`${name}/claude`), codex: place.folder(`${name}/codex`) };
}

async function startedOnce(watcher: Watcher): Promise<Account> {
  await watcher.running();
  await sleep(1_000); // what a start leaves for later belongs to it
  const account = watcher.account();
  await watcher.stop();
  return account;
}

async function idleFigure(bench: Bench, watcher: Watcher): Promise<Figure> {
  await watcher.running();
  const idle = await afterwards(bench, watcher);
  await watcher.stop();
  return idle;
}
