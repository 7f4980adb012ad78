// The daemon is killed and started again while Claude Code, Codex and pi work: what people see in the end is right, and nothing twice.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, type TestContext, vi } from 'vitest';
import type { Post } from '../../src/stand-in/post.ts';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { until } from '../support/until.ts';
import { ownDomain } from '../unit/sources/claude-code/session-writer.ts';
import { Recording as ClaudeRecording } from '../unit/sources/claude-code/recording.ts';
import { Recording as CodexRecording } from '../unit/sources/coding-agents/recording.ts';
import { type AtWork, agentsAtWork, ClaudeAtWork, CodexAtWork } from './agents-at-work.ts';
import { boxesOf, createRig, type Rig, seeded, type Watcher, type WatcherOptions } from './harness.ts';
import { canHideProcesses, OWN_PROCESSES } from './own-namespace.ts';

vi.setConfig({ testTimeout: 240_000 });

const ROUTES = ['claude-code', 'codex', 'pi'].map((source) => `${source}:/home/dev/shop*=${SAMPLE.publicId}+texts`).join(', ');
const KILLS = 8;
const STEP_MS = 80;
const NOT_LOST_MS = 6_000; // of what must not happen: several looks at processes
const SETTLED_MS = 2_500; // longer than any answer is held back

async function rigFor({ onTestFinished }: TestContext): Promise<Rig> {
  const rig = await createRig();
  onTestFinished(() => rig.close());
  return rig;
}

function start(rig: Rig, options: WatcherOptions = {}): Promise<Watcher> {
  return rig.watcher({ ROUTES, EDITS_PER_SECOND: '50:100' }, options);
}

async function ready(rig: Rig, options: WatcherOptions = {}): Promise<Watcher> {
  return (await start(rig, options)).ready();
}

/** The state of the turn with this mark; of two posts both. */
function stateOf(rig: Rig, mark: string): string {
  const own = rig.boxes().filter(({ text }) => text.includes(`I work on ${mark}.`));
  return own.map(({ title }) => /^\[(\w+)/.exec(title)?.[1] ?? title).join(' and ');
}

async function untilStates(rig: Rig, expected: Record<string, string>): Promise<void> {
  const states = (): Record<string, string> => Object.fromEntries(Object.keys(expected).map((mark) => [mark, stateOf(rig, mark)]));
  await until('the boxes are right', () => JSON.stringify(states()) === JSON.stringify(expected), {
    detail: () => JSON.stringify({ states: states(), expected }),
  });
}

/** How many posts each thread has; the first one is its root. */
function threadsOf(rig: Rig): number[] {
  const roots = Map.groupBy(rig.standIn.posts(), ({ id, root_id }: Post) => (root_id === '' ? id : root_id));
  return [...roots.values()].map((posts) => posts.length).toSorted();
}

async function atWork(rig: Rig, count: number): Promise<AtWork[]> {
  const agents = agentsAtWork(rig.folder, count);
  for (const agent of agents) await agent.opens();
  return agents;
}

const markOf = ({ source }: AtWork, index: number): string => `${source}-${index}x`;

describe('the daemon is killed with -9 while three sessions each of three agents are at work', () => {
  it('again and again, at any moment: every turn has at most one post, which tells of it alone and of its end', async (context) => {
    const rig = await rigFor(context);
    const agents = await atWork(rig, 3);
    const random = seeded(15);
    const turns: string[] = [];
    const openByAgent = new Map<AtWork, string>();
    const ends = (agent: AtWork): void => {
      const open = openByAgent.get(agent);
      if (open !== undefined) agent.ends(open);
      openByAgent.delete(agent);
    };
    const asks = (agent: AtWork): void => {
      const mark = markOf(agent, turns.length);
      turns.push(mark);
      agent.asks(mark);
      openByAgent.set(agent, mark);
    };
    const stop = new AbortController();
    const working = (async () => {
      while (!stop.signal.aborted) {
        const agent = agents[Math.floor(random() * agents.length)];
        if (agent !== undefined) (openByAgent.has(agent) ? ends : asks)(agent);
        await sleep(STEP_MS);
      }
    })();
    for (let kills = 0; kills < KILLS; kills++) {
      const watcher = await start(rig);
      await (kills % 2 === 0 ? watcher.ready() : sleep(400));
      await sleep(random() * 1_500);
      await watcher.stop('SIGKILL');
    }
    stop.abort();
    await working;
    await ready(rig);
    for (const agent of agents) ends(agent);
    for (const agent of agents) asks(agent);
    const last = [...openByAgent.values()];
    await untilStates(rig, Object.fromEntries(last.map((mark) => [mark, 'ACTIVE'])));
    for (const agent of agents) ends(agent);
    await untilStates(rig, Object.fromEntries(last.map((mark) => [mark, 'DONE'])));
    await until('no box is left open', () => rig.boxes().every(({ title }) => title.startsWith('[DONE]')), {
      detail: () => JSON.stringify(rig.boxes()),
    });
    await sleep(SETTLED_MS);
    expect(turns.map((mark) => [mark, stateOf(rig, mark)]).filter(([, state]) => state !== 'DONE' && state !== '')).toEqual([]);
    expect(threadsOf(rig)).toHaveLength(agents.length);
    expect(rig.standIn.posts().filter((post) => marksOf(rig, post).size !== 1)).toEqual([]);
  });

  it('and while it is down one turn of each ends, one goes on and the process of one is killed', async (context) => {
    const rig = await rigFor(context);
    const agents = await atWork(rig, 3);
    const first = await ready(rig);
    for (const [index, agent] of agents.entries()) agent.asks(markOf(agent, index));
    const marks = agents.map(markOf);
    await untilStates(rig, Object.fromEntries(marks.map((mark) => [mark, 'ACTIVE'])));
    await first.stop('SIGKILL');
    for (const [index, agent] of agents.entries()) {
      if (index % 3 === 0) agent.ends(markOf(agent, index));
      if (index % 3 === 2) await agent.dies();
    }
    await ready(rig);
    const then = (goesOn: string): Record<string, string> =>
      Object.fromEntries(
        agents.map((agent, index) => [markOf(agent, index), ['DONE', goesOn, agent.source === 'pi' ? 'ACTIVE' : 'LOST'][index % 3] ?? '']),
      );
    await untilStates(rig, then('ACTIVE'));
    for (const [index, agent] of agents.entries()) if (index % 3 === 1) agent.ends(markOf(agent, index));
    await untilStates(rig, then('DONE'));
    await sleep(SETTLED_MS);
    await untilStates(rig, then('DONE'));
    expect(threadsOf(rig)).toEqual(Array.from({ length: 9 }, () => 1));
  });
});

/** The turns that the versions of a post speak of. */
function marksOf(rig: Rig, { id }: Post): Set<string> {
  const texts = boxesOf(rig.standIn.versionsOf(id).map(({ post }) => post)).map(({ text }) => text);
  return new Set(texts.flatMap((text) => text.match(/[a-z-]+-\d+x/g) ?? []));
}

it('the machine starts anew, and other processes have the old numbers: what was open is lost, and a session that is resumed has a new box in its thread', async (context) => {
  const rig = await rigFor(context);
  const [claude, codex] = [new ClaudeAtWork(rig.folder, 1), new CodexAtWork(rig.folder, 'thread1')];
  const agents = [claude, codex];
  for (const agent of agents) await agent.opens();
  const first = await ready(rig);
  for (const agent of agents) agent.asks(markOf(agent, 1));
  await untilStates(rig, { 'claude-code-1x': 'ACTIVE', 'codex-1x': 'ACTIVE' });
  await first.stop('SIGKILL');
  for (const agent of agents) await agent.dies();
  claude.writer.live({ pid: process.pid, procStart: '1', pidDomain: ownDomain() }); // as it was left; the number is another process's now
  const later = new CodexAtWork(rig.folder, 'thread2'); // proves that locks can be seen here
  await later.opens();
  await ready(rig);
  later.asks('codex-2x');
  await untilStates(rig, { 'claude-code-1x': 'LOST', 'codex-1x': 'LOST', 'codex-2x': 'ACTIVE' });
  claude.writer.leave(process.pid);
  for (const agent of agents) await agent.opens();
  for (const agent of agents) agent.asks(markOf(agent, 3));
  await untilStates(rig, { 'claude-code-1x': 'LOST', 'codex-1x': 'LOST', 'claude-code-3x': 'ACTIVE', 'codex-3x': 'ACTIVE' });
  for (const agent of agents) agent.ends(markOf(agent, 3));
  await untilStates(rig, { 'claude-code-1x': 'LOST', 'codex-1x': 'LOST', 'claude-code-3x': 'DONE', 'codex-3x': 'DONE' });
  await sleep(SETTLED_MS);
  expect(threadsOf(rig)).toEqual([1, 2, 2]);
});

it.skipIf(!canHideProcesses)(
  'a watcher in a pid namespace of its own calls nothing lost: after a kill a box stays open until its session is resumed',
  async (context) => {
    const rig = await rigFor(context);
    const agents = await atWork(rig, 1);
    await ready(rig, { prefix: OWN_PROCESSES });
    for (const agent of agents) agent.asks(markOf(agent, 1));
    const states = (first: string, second?: string): Record<string, string> =>
      Object.fromEntries(
        agents.flatMap((agent) => [[markOf(agent, 1), first], ...(second === undefined ? [] : [[markOf(agent, 2), second]])]),
      );
    await untilStates(rig, states('ACTIVE'));
    for (const agent of agents) await agent.dies();
    await sleep(NOT_LOST_MS);
    await untilStates(rig, states('ACTIVE'));
    for (const agent of agents) await agent.opens();
    for (const agent of agents) agent.asks(markOf(agent, 2));
    await until(
      'no box of a killed turn is open, but that of pi, of which only the end of the next turn tells',
      () => agents.every((agent) => stateOf(rig, markOf(agent, 1)) === (agent.source === 'pi' ? 'ACTIVE' : 'LOST')),
      { detail: () => JSON.stringify(rig.boxes()) },
    );
    for (const agent of agents) agent.ends(markOf(agent, 2));
    await untilStates(rig, states('LOST', 'DONE'));
    await sleep(SETTLED_MS);
    expect(threadsOf(rig)).toEqual(agents.map(() => 2));
  },
);

it('a session that is resumed in another folder goes on in its thread', async (context) => {
  const rig = await rigFor(context);
  const agents = [new ClaudeAtWork(rig.folder, 1), new CodexAtWork(rig.folder, 'thread1')];
  for (const agent of agents) await agent.opens();
  const first = await ready(rig);
  for (const agent of agents) agent.asks(markOf(agent, 1));
  await untilStates(rig, { 'claude-code-1x': 'ACTIVE', 'codex-1x': 'ACTIVE' });
  for (const agent of agents) agent.ends(markOf(agent, 1));
  await untilStates(rig, { 'claude-code-1x': 'DONE', 'codex-1x': 'DONE' });
  await first.stop('SIGKILL');
  for (const agent of agents) await agent.dies();
  await ready(rig);
  for (const agent of agents) {
    await agent.opens();
    agent.asks(markOf(agent, 2), '/home/dev/shop/docs');
    agent.ends(markOf(agent, 2));
  }
  await untilStates(rig, { 'claude-code-2x': 'DONE', 'codex-2x': 'DONE' });
  expect(threadsOf(rig)).toEqual([2, 2]);
});

/** A turn that was read whole but not posted when the daemon is killed is over when it starts again, and gets no post. */
async function untilQuiet(rig: Rig): Promise<void> {
  const versions = (): number => rig.standIn.posts().reduce((sum, { id }) => sum + rig.standIn.versionsOf(id).length, 0);
  for (let before = -1; before !== versions(); await sleep(SETTLED_MS)) before = versions();
}

/** What each recording has: so many turns in each thread. */
const RECORDED: [agent: 'claude-code' | 'codex', scenario: string, threads: number[]][] = [
  ['claude-code', 'clear', [1, 1]],
  ['claude-code', 'rewind', [3]],
  ['claude-code', 'resume', [1, 4]], // with a fork
  ['claude-code', 'worktree', [1]], // its file moves to another folder and back
  ['codex', 'clear', [1, 1]],
  ['codex', 'rewind', [3]],
  ['codex', 'resume', [2, 2]], // the same
];

function playerOf(
  rig: Rig,
  agent: 'claude-code' | 'codex',
  scenario: string,
): { count: number; play(first: number, last: number): Promise<void> } {
  if (agent === 'claude-code') {
    const recording = new ClaudeRecording('2.1.332', scenario, Date.now() - new ClaudeRecording('2.1.332', scenario).endedAt);
    return { count: recording.operations.length, play: (first, last) => recording.play(rig.folder, { stepMs: 40 }, first, last) };
  }
  const recording = new CodexRecording('codex-0.171.0', scenario, Date.now() - new CodexRecording('codex-0.171.0', scenario).endsAt);
  const play = async (first: number, last: number): Promise<void> => {
    for (const operation of recording.operations.slice(first, last)) {
      recording.apply(join(rig.folder, '.codex'), [operation]);
      await sleep(40);
    }
  };
  return { count: recording.operations.length, play };
}

it.for(RECORDED)(
  '%s: %s, with the daemon killed twice on the way, gives each turn one box in the right thread',
  async ([agent, scenario, threads], context) => {
    const rig = await rigFor(context);
    for (const home of ['.claude', '.codex']) mkdirSync(join(rig.folder, home)); // the first daemon watches them only if they are there
    const { count, play } = playerOf(rig, agent, scenario);
    for (const third of [0, 1]) {
      const watcher = await ready(rig);
      await play(Math.floor((third * count) / 3), Math.floor(((third + 1) * count) / 3));
      await untilQuiet(rig);
      await watcher.stop('SIGKILL');
    }
    await ready(rig);
    await play(Math.floor((2 * count) / 3), count);
    const detail = (): string => JSON.stringify({ threads: threadsOf(rig), boxes: rig.boxes() });
    await until('every turn has its box', () => JSON.stringify(threadsOf(rig)) === JSON.stringify(threads), { detail });
    await until('every turn is over', () => rig.boxes().every(({ title }) => title.startsWith('[DONE]')), { detail });
    await sleep(SETTLED_MS);
    expect(threadsOf(rig)).toEqual(threads);
  },
);
