// Kills the real process again and again while agents work and Mattermost is slow, and then judges every post ever made.

import { setTimeout as sleep } from 'node:timers/promises';
import { Conversations, type DoneTurn } from './conversations.ts';
import { type Box, boxesOf, createRig, type Rig, seeded, type Watcher } from './harness.ts';
import { until } from '../support/until.ts';

export interface KillLoopOptions {
  kills: number;
  seed: number;
  sessions?: number;
  /** Called after each kill. */
  onKill?(count: number): void;
}

export interface KillLoopResult {
  kills: number;
  /** Kills at the moment a create or edit arrived at the server. */
  duringWrites: number;
  turns: number;
  posts: number;
  /** Everything that breaks a promise, in words; empty is what we promise. */
  broken: string[];
  ms: number;
}

const STEP_MS = 60;
const NO_WRITE_MS = 10_000; // a kill that waits for a write happens then at the latest; a start takes seconds on a busy machine
// Each start writes every end again that is not beyond doubt; with lives of a second that is all of the last minutes' ones.
const ENV = { EDITS_PER_SECOND: '50:100', LOG_LEVEL: 'warn' };
const CONVERGED_MS = 600_000;
const SETTLED_MS = 2_500; // longer than any answer is held back here, and than the first look back at an end

export async function runKillLoop(options: KillLoopOptions): Promise<KillLoopResult> {
  const { kills, seed, sessions = 10, onKill } = options;
  const startedAt = performance.now();
  const random = seeded(seed);
  let onWrite: () => void = () => undefined;
  const rig = await createRig({ onRequest: (method, path) => isWrite(method, path) && onWrite() });
  const conversations = new Conversations(rig.writer, sessions, random);
  const stopWork = keepWorking(conversations);
  let duringWrites = 0;
  try {
    for (let count = 1; count <= kills; count++) {
      disturb(rig, random);
      const watcher = await rig.watcher({ ...ENV, HEALTH_PORT: '0' });
      const byWrite = await killSomewhere(watcher, random, (listener) => (onWrite = listener));
      if (byWrite) duringWrites += 1;
      onKill?.(count);
    }
    await stopWork();
    await convergeIn(rig, conversations);
    const broken = judge(conversations.turns, rig);
    return {
      kills,
      duringWrites,
      turns: conversations.turns.length,
      posts: rig.standIn.posts().length,
      broken,
      ms: performance.now() - startedAt,
    };
  } finally {
    await stopWork();
    await rig.close();
  }
}

/** The agents go on until the returned function is called. */
function keepWorking(conversations: Conversations): () => Promise<void> {
  const stop = new AbortController();
  const work = (async () => {
    while (!stop.signal.aborted) {
      conversations.step();
      await sleep(STEP_MS);
    }
  })();
  return () => {
    stop.abort();
    return work;
  };
}

function isWrite(method: string, path: string): boolean {
  return (method === 'POST' && path === '/api/v4/posts') || (method === 'PUT' && path.endsWith('/patch'));
}

/** Some writes of the next run are answered late, take effect late, or lose their answer. */
function disturb(rig: Rig, random: () => number): void {
  const { faults } = rig.standIn;
  faults.clear();
  const match = { path: /\/posts$|\/patch$/ };
  const ms = Math.floor(random() * 1_000);
  if (random() < 0.3) faults.add({ match, times: 2, fault: { kind: 'slow', ms } });
  if (random() < 0.3) faults.add({ match, times: 2, fault: { kind: 'stall', ms } });
  if (random() < 0.2) faults.add({ match, times: 1, fault: { kind: 'reset', applied: random() < 0.5 } });
}

/** Half of the kills come at any time after the start, half when a certain create or edit has arrived. Tells which it was. */
async function killSomewhere(watcher: Watcher, random: () => number, listen: (listener: () => void) => void): Promise<boolean> {
  if (random() < 0.5) {
    await sleep(random() * 2_000);
    await watcher.stop('SIGKILL');
    return false;
  }
  const nth = 1 + Math.floor(random() * 8);
  const delayMs = random() < 0.5 ? 0 : random() * 30;
  let seen = 0;
  await Promise.race([new Promise<void>((resolve) => listen(() => (seen += 1) === nth && resolve())), sleep(NO_WRITE_MS)]);
  listen(() => undefined);
  await sleep(delayMs);
  await watcher.stop('SIGKILL');
  return seen >= nth;
}

/** After the last kill: healthy server, one more turn everywhere, all turns end, all is drawn. */
async function convergeIn(rig: Rig, conversations: Conversations): Promise<void> {
  rig.standIn.faults.clear();
  const watcher = await rig.watcher({ ...ENV, LOG_LEVEL: 'info' });
  await watcher.ready();
  conversations.beginAll();
  await until('every running turn has a box', () => missing(conversations.turns.filter(isRunning), rig).length === 0, {
    timeoutMs: CONVERGED_MS,
    detail: () => watcher.output,
  });
  conversations.endAll();
  await until('no box is left running', () => rig.boxes().every(({ title }) => title.startsWith('[DONE]')), {
    timeoutMs: CONVERGED_MS,
    detail: () => unfinished(rig) + watcher.output,
  });
  await sleep(SETTLED_MS);
  await watcher.stop('SIGTERM');
}

function unfinished(rig: Rig): string {
  return JSON.stringify(rig.boxes().filter(({ title }) => !title.startsWith('[DONE]')));
}

function isRunning(turn: DoneTurn): boolean {
  return turn.endedAt === undefined;
}

function missing(turns: readonly DoneTurn[], rig: Rig): DoneTurn[] {
  const boxes = rig.boxes();
  return turns.filter(({ mark }) => !boxes.some((box) => box.text.includes(mark)));
}

function judge(turns: readonly DoneTurn[], rig: Rig): string[] {
  const boxes = rig.boxes();
  return [...turns.flatMap((turn) => judgeTurn(turn, boxes)), ...boxes.flatMap((box) => judgePost(box, rig))];
}

/** A turn that came and went while nobody watched has no box; any other has one, and it says the end. */
function judgeTurn({ mark }: DoneTurn, boxes: readonly Box[]): string[] {
  const own = boxes.filter((box) => box.text.includes(mark));
  if (own.length > 1) return [`${mark} has ${own.length} posts`];
  return own.flatMap(({ title, text }) => {
    if (!title.startsWith('[DONE]')) return [`${mark} ended but its post says ${title}`];
    return text.includes(`finished ${mark}`) ? [] : [`${mark} ended but its post does not say how`];
  });
}

/** A post speaks of one turn all its life. */
function judgePost({ postId, title }: Box, rig: Rig): string[] {
  const texts = boxesOf(rig.standIn.versionsOf(postId).map(({ post }) => post)).map(({ text }) => text);
  const marks = new Set(texts.flatMap((text) => text.match(/s\d+n\d+x/g) ?? []));
  return marks.size === 1 ? [] : [`post ${postId} ${title} spoke of ${marks.size} turns: ${[...marks].join(', ')}`];
}
