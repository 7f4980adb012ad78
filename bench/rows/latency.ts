import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { type Bench, type Figure, type Row, timesFloor } from '../contract.ts';
import { monotonicMs } from '../harness/monotonic.ts';
import { quantile } from '../harness/quantile.ts';
import { markOf, Sink } from '../harness/sink.ts';
import { waitUntil } from '../harness/wait-until.ts';
import { Watcher } from '../harness/watcher.ts';
import { claudeSession, codexThread, type Written } from '../latency/agent-session.ts';
import { Transcript } from '../latency/transcript.ts';

const MINIMAL = fileURLToPath(new URL('../latency/minimal-watcher.ts', import.meta.url));
const OPEN_WINDOW_MS = 700; // THROTTLE_MS is 500, and so is the pace set below
const WARM_UP = 5;
const ROUTES = ['claude-code', 'codex'].map((agent) => `${agent}:*=${SAMPLE.publicId}+texts`).join(', ');

/** The watcher and a minimal script in turns, each with its window open: the last edit is longer ago than THROTTLE_MS. */
export const latency: Row = {
  name: 'latency',
  title: 'a line appended until its request has arrived, window open',
  run: (bench) => measured(bench, ({ agents }) => openClaw(agents)),
};

export const claudeCodeLatency: Row = {
  name: 'latency-claude-code',
  title: 'the same for a line of Claude Code',
  run: (bench) => measured(bench, ({ claude }) => claudeSession(claude)),
};

export const codexLatency: Row = {
  name: 'latency-codex',
  title: 'the same for a line of Codex',
  run: (bench) => measured(bench, ({ codex }) => codexThread(codex)),
};

interface Folders {
  agents: string;
  claude: string;
  codex: string;
}

async function measured(bench: Bench, begin: (folders: Folders) => Written): Promise<Figure[]> {
  const { place } = bench;
  const sink = await Sink.start(place);
  const folders = { agents: place.folder('agents'), claude: place.folder('claude'), codex: place.folder('codex') };
  const env = { PACE: '500ms', ROUTES, CLAUDE_CONFIG_DIR: folders.claude, CODEX_HOME: folders.codex };
  const watcher = new Watcher(place, { url: sink.url, agents: folders.agents, env });
  const compared = new Transcript(place.folder('minimal'), randomUUID(), 'agent:main:minimal');
  const watched = begin(folders);
  await startMinimal(bench, sink, compared);
  watched.say('This is the beginning');
  await watcher.running();
  await waitUntil('the watcher has written a box', () => sink.creates() === 2);
  const figures = await sampleInTurns(bench, sink, { watched, compared });
  await watcher.stop();
  return figures;
}

function openClaw(agents: string): Written {
  return new Transcript(join(agents, 'main', 'sessions'), randomUUID(), `agent:main:mattermost:channel:${SAMPLE.publicId}`);
}

async function startMinimal({ place }: Bench, sink: Sink, transcript: Transcript): Promise<void> {
  const answer = await fetch(`${sink.url}/api/v4/posts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SAMPLE.otherBotToken}` },
    body: JSON.stringify({ channel_id: SAMPLE.privateId, message: '…' }),
  });
  const { id } = (await answer.json()) as { id: string };
  const args = [MINIMAL, transcript.path, `${sink.url}/api/v4/posts/${id}/patch`, SAMPLE.otherBotToken];
  const child = place.node(args, { stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout !== null) await once(child.stdout, 'data');
}

async function sampleInTurns(bench: Bench, sink: Sink, sessions: { watched: Written; compared: Written }): Promise<Figure[]> {
  const samples = bench.quick ? 10 : 100;
  const [ours, floor]: [number[], number[]] = [[], []];
  for (let round = -WARM_UP; round < samples; round++) {
    await sleep(OPEN_WINDOW_MS + Math.random() * 100);
    const [our, minimal] = [
      await sample(sink, sessions.watched, 'd', round + WARM_UP),
      await sample(sink, sessions.compared, 'm', round + WARM_UP),
    ];
    if (round % 25 === 0) bench.tell(`sample ${round} of ${samples}`);
    if (round < 0) continue;
    ours.push(our);
    floor.push(minimal);
  }
  return [0.5, 0.95].map((share) => {
    const what = share === 0.5 ? 'median' : '95th percentile';
    return timesFloor(2, { what, now: quantile(ours, share), floor: quantile(floor, share), unit: 'ms' });
  });
}

async function sample(sink: Sink, session: Written, letter: 'd' | 'm', number: number): Promise<number> {
  const mark = markOf(letter, number);
  const appendedAtMs = monotonicMs();
  session.say(`This is ${mark}`);
  await waitUntil(`a request with ${mark}`, () => sink.atMs(mark) !== undefined, { timeoutMs: 10_000 });
  return (sink.atMs(mark) ?? Number.NaN) - appendedAtMs;
}
