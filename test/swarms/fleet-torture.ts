// Kills and stops the active publisher of a fleet again and again while agents work, and measures who follows, and when.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Asked } from './chat.ts';
import { Fleet, type Place } from './fleet-rig.ts';
import type { AtEnd } from './nats-server.ts';
import { seeded } from '../integration/harness.ts';
import { until } from '../support/until.ts';

export interface TortureOptions {
  url: string;
  server: string;
  kills: number;
  stops: number;
  seed: number;
  /** A takeover that takes longer breaks a promise; absent where nobody knows how slow the machine is. */
  mostMs?: number;
  onEvent?(words: string): void;
  atEnd: AtEnd;
}

export interface TortureResult {
  kills: number;
  stops: number;
  /** From each kill to the first create or edit of the next publisher. */
  takeoversMs: number[];
  /** Stops during which another publisher became active. */
  replaced: number;
  turns: number;
  posts: number;
  edits: number;
  /** Everything that breaks a promise, in words. */
  broken: string[];
}

const PUBLISHERS = 3;
const SHORTEST_MS = 1_000;
const LONGEST_MS = 20_000;
const READ_ON_MS = 1_500; // a publisher that goes on has read by then what it had received
const WRITES = 12; // one of the next so many
const SETTLED_MS = 4_000;

export async function tortureFleet(options: TortureOptions): Promise<TortureResult> {
  const { url, server, kills, stops, seed, atEnd, mostMs = Number.POSITIVE_INFINITY, onEvent = () => undefined } = options;
  const random = seeded(seed);
  const fleet = await Fleet.start({ url, server, publishers: PUBLISHERS, random, atEnd });
  await fleet.run();
  for (const agents of fleet.agents) agents.start();
  const [takeoversMs, late]: [number[], string[]] = [[], []];
  for (let count = 1; count <= kills; count += 1) {
    const ms = await kill(fleet, random);
    takeoversMs.push(ms);
    if (ms > mostMs) late.push(`kill ${count}: nobody wrote for ${ms} ms`);
    onEvent(`kill ${count}: ${ms} ms, broken ${fleet.judge.broken.length}`);
  }
  let replaced = 0;
  for (let count = 1; count <= stops; count += 1) {
    const ms = Math.round(SHORTEST_MS + random() * (LONGEST_MS - SHORTEST_MS));
    const isReplaced = await stop(fleet, ms, random);
    if (isReplaced) replaced += 1;
    onEvent(`stop ${count}: for ${ms} ms, ${isReplaced ? 'another one followed' : 'nobody followed'}, broken ${fleet.judge.broken.length}`);
  }
  await fleet.converge().catch((error: unknown) => onEvent(String(error)));
  await sleep(SETTLED_MS);
  const { judge, missing } = fleet;
  const turns = fleet.agents.flatMap(({ marks }) => marks).length;
  return {
    kills,
    stops,
    takeoversMs,
    replaced,
    turns,
    posts: judge.posts,
    edits: judge.edits,
    broken: [...judge.broken, ...late, ...missing],
  };
}

/** Half of them at any time, half when a certain create or edit has arrived. Gives the milliseconds until another one writes. */
async function kill(fleet: Fleet, random: () => number): Promise<number> {
  const active = await atSomeMoment(fleet, random);
  const next = firstWrite(fleet, ({ who }) => who !== active.name);
  const killedAt = Date.now();
  await active.process?.stop('SIGKILL');
  const { at } = await next;
  fleet.begin(active, 'publisher');
  return at - killedAt;
}

/** Tells whether another one wrote meanwhile. */
async function stop(fleet: Fleet, ms: number, random: () => number): Promise<boolean> {
  const active = await atSomeMoment(fleet, random);
  let isReplaced = false;
  const forget = fleet.chat.onWrite(({ who }) => (isReplaced ||= who !== active.name));
  active.process?.child.kill('SIGSTOP');
  await sleep(ms);
  active.process?.child.kill('SIGCONT');
  await sleep(READ_ON_MS);
  forget();
  return isReplaced;
}

/** Some of the next writes take effect and are answered late, or never: whoever is killed then does not know what became of them. */
function disturb({ chat }: Fleet, random: () => number): void {
  const ms = Math.floor(random() * 1_000);
  const slow = random() < 0.3 ? [{ times: 3, fault: { kind: 'slow' as const, ms } }] : [];
  const lost = random() < 0.2 ? [{ times: 1, fault: { kind: 'reset' as const, applied: random() < 0.5 } }] : [];
  chat.faults([...slow, ...lost]);
}

async function atSomeMoment(fleet: Fleet, random: () => number): Promise<Place> {
  await fleet.settled();
  await sleep(random() * 1_000);
  disturb(fleet, random);
  if (random() < 0.5) return fleet.settled();
  let left = Math.ceil(random() * WRITES);
  const { who } = await firstWrite(fleet, () => (left -= 1) <= 0);
  return fleet.publishers.find(({ name }) => name === who) ?? fleet.settled();
}

async function firstWrite(fleet: Fleet, isWanted: (write: Asked) => boolean): Promise<Asked> {
  let found: Asked | undefined;
  const forget = fleet.chat.onWrite((write) => {
    if (found === undefined && isWanted(write)) found = write;
  });
  await until('there is a create or an edit', () => found !== undefined, { detail: () => fleet.output });
  forget();
  return found as unknown as Asked;
}
