// Measures how long a line takes from its append to the request that shows it, for the real daemon and for a minimal script, in turns on
// the same machine against the same server. The window is open each time: the last edit is longer ago than THROTTLE_MS.
// Usage: npm run -s bench-latency [samples]

import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SAMPLE, sampleSeed } from '../../src/stand-in/sample-seed.ts';
import { serveStandIn } from '../../src/stand-in/server.ts';
import { createStandIn, type StandIn } from '../../src/stand-in/stand-in.ts';
import { Transcript } from './transcript.ts';

const SAMPLES = Number(process.argv[2] ?? 150);
const WARM_UP = 10;
const OPEN_WINDOW_MS = 700; // THROTTLE_MS is 500, and so is the pace set below
const LOST_AFTER_MS = 10_000;

const folder = mkdtempSync(join(tmpdir(), 'live-status-bench-'));
const standIn = createStandIn({ clock: { now: () => Date.now() }, seed: sampleSeed() });
const server = await serveStandIn(standIn, { port: 0 });
const children: ChildProcess[] = [];

function start(script: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  const program = ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL(script, import.meta.url)), ...args];
  const child = spawn(process.execPath, program, { env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

function startDaemon(agents: string): ChildProcess {
  return start('../../src/main.ts', ['run'], {
    HOME: folder,
    MM_URL: server.url,
    MM_TOKEN: SAMPLE.botToken,
    TRANSCRIPT_DIR: agents,
    STATE_DIR: join(folder, 'state'),
    PID_FILE: join(folder, 'watcher.pid'),
    HEALTH_PORT: '0',
    OPEN_AFTER_MS: '0',
    PACE: '500ms',
  });
}

async function startMinimal(transcript: Transcript): Promise<void> {
  const post = standIn.handle({
    method: 'POST',
    path: '/api/v4/posts',
    headers: { authorization: `Bearer ${SAMPLE.otherBotToken}` },
    body: JSON.stringify({ channel_id: SAMPLE.privateId, message: '…' }),
  });
  const { id } = JSON.parse(post.body) as { id: string };
  const child = start('minimal-watcher.ts', [transcript.path, `${server.url}/api/v4/posts/${id}/patch`, SAMPLE.otherBotToken], {});
  if (child.stdout !== null) await once(child.stdout, 'data');
}

/** Appends a line and resolves with the milliseconds until a request with its text was received. */
function measure(stage: StandIn, transcript: Transcript, marker: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const lost = setTimeout(() => reject(new Error(`No request with ${marker} came.`)), LOST_AFTER_MS);
    const forget = stage.onPostEvent(({ post }) => {
      if (!`${post.message}${JSON.stringify(post.props)}`.includes(marker)) return;
      const tookMs = performance.now() - appendedAt;
      clearTimeout(lost);
      forget();
      resolve(tookMs);
    });
    const appendedAt = performance.now();
    transcript.say(`This is ${marker}`);
  });
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

function report(name: string, values: readonly number[]): void {
  const [median, p95] = [quantile(values, 0.5), quantile(values, 0.95)];
  console.log(
    `${name.padEnd(16)} ${String(values.length).padStart(7)} ${median.toFixed(1).padStart(10)} ms ${p95.toFixed(1).padStart(8)} ms`,
  );
}

async function run(): Promise<void> {
  const agents = join(folder, 'agents');
  const daemon = startDaemon(agents);
  const watched = new Transcript(join(agents, 'main', 'sessions'), randomUUID(), `agent:main:mattermost:channel:${SAMPLE.publicId}`);
  const compared = new Transcript(join(folder, 'minimal'), randomUUID(), 'agent:main:minimal');
  await startMinimal(compared);
  watched.say('This is the beginning');
  for (const deadline = Date.now() + LOST_AFTER_MS; standIn.posts().length < 2; await sleep(50)) {
    if (Date.now() > deadline) throw new Error('The daemon has written no box.');
  }
  const [daemonMs, minimalMs]: [number[], number[]] = [[], []];
  for (let round = 0; round < SAMPLES + WARM_UP; round++) {
    await sleep(OPEN_WINDOW_MS + Math.random() * 100);
    const ours = await measure(standIn, watched, `sample d${round}x`);
    const minimal = await measure(standIn, compared, `sample m${round}x`);
    if (round >= WARM_UP) {
      daemonMs.push(ours);
      minimalMs.push(minimal);
    }
  }
  console.log(`Node ${process.version}, ${availableParallelism()} cores. From append to request received, window open, in turns:`);
  console.log('                 samples        median       p95');
  report('live-status', daemonMs);
  report('minimal script', minimalMs);
  console.log(`Ratio of the medians: ${(quantile(daemonMs, 0.5) / quantile(minimalMs, 0.5)).toFixed(2)}`);
  const ended = once(daemon, 'exit');
  daemon.kill('SIGTERM');
  await ended;
}

try {
  await run();
} finally {
  for (const child of children) child.kill('SIGKILL');
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
