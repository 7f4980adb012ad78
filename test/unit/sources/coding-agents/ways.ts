// The ways in which a recording is replayed. Whatever the way, the same has to come out.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Source, SourcePorts } from '../../../../src/core/source.ts';
import { tempFolderInMemory } from '../../../support/temp-folder.ts';
import { eventually } from '../../../support/until.ts';
import { outcomeOf } from './outcome.ts';
import type { Recording } from './recording.ts';
import { clockAt, inPieces, type Memory, newMemory, play, portsFor, started } from './running.ts';

/** Makes the source that watches this home. */
export type Create = (ports: SourcePorts, home: string) => Source;

const SEED = 20_261_126;

/** Replays in real order, in random pieces, all at once, with the source killed twice, and with the source started late. */
export async function expectInEveryWay(recording: Recording, golden: string, create: Create): Promise<void> {
  const ways = [inOrder, inRandomPieces, atOnce, killedInTheMiddle];
  const memories = await Promise.all(ways.map((way) => way(recording, create)));
  for (const memory of memories) await eventually(() => expect(outcomeOf(memory.events)).toBe(golden));
  const late = await startedLate(recording, create);
  await eventually(() => expect(blocksOf(outcomeOf(late.events))).toContain(blocksOf(golden).at(-1)));
  await eventually(() => expect(blocksOf(golden)).toEqual(expect.arrayContaining(blocksOf(outcomeOf(late.events)))));
}

function watched(recording: Recording, memory: Memory, home: string, create: Create): Promise<Source> {
  return started(create(portsFor({ memory, clock: clockAt(recording.endsAt) }), home));
}

async function inOrder(recording: Recording, create: Create): Promise<Memory> {
  const [memory, home] = [newMemory(), tempFolderInMemory()];
  await watched(recording, memory, home, create);
  await play(recording, home);
  return memory;
}

async function inRandomPieces(recording: Recording, create: Create): Promise<Memory> {
  const [memory, home] = [newMemory(), tempFolderInMemory()];
  await watched(recording, memory, home, create);
  await play(recording, home, inPieces(recording.operations, SEED));
  return memory;
}

async function atOnce(recording: Recording, create: Create): Promise<Memory> {
  const [memory, home] = [newMemory(), tempFolderInMemory()];
  await watched(recording, memory, home, create);
  recording.apply(home);
  return memory;
}

async function killedInTheMiddle(recording: Recording, create: Create): Promise<Memory> {
  const [memory, home] = [newMemory(), tempFolderInMemory()];
  const pieces = inPieces(recording.operations, SEED);
  const third = Math.floor(pieces.length / 3);
  for (const [from, to] of [
    [0, third],
    [third, 2 * third],
    [2 * third, pieces.length],
  ] as const) {
    const source = await watched(recording, memory, home, create);
    await play(recording, home, pieces.slice(from, to));
    await eventually(() => expect([...memory.positions.keys()].toSorted()).toEqual(logsIn(home)));
    await source.stop();
  }
  await watched(recording, memory, home, create);
  return memory;
}

/** The logs in a folder that have a whole line. */
function logsIn(home: string): string[] {
  const entries = readdirSync(home, { recursive: true, withFileTypes: true });
  const paths = entries.filter(({ name }) => name.endsWith('.jsonl')).map(({ parentPath, name }) => join(parentPath, name));
  return paths.filter((path) => readFileSync(path).includes(0x0a)).toSorted();
}

/** What was over by then is not told any more; the rest as if the source had been there. */
async function startedLate(recording: Recording, create: Create): Promise<Memory> {
  const [memory, home] = [newMemory(), tempFolderInMemory()];
  const { operations } = recording;
  const half = Math.floor(operations.length / 2);
  recording.apply(home, operations.slice(0, half));
  await watched(recording, memory, home, create);
  await play(recording, home, operations.slice(half));
  return memory;
}

/** The turns of an outcome, each with its lines. */
function blocksOf(outcome: string): string[] {
  return outcome.split(/\n(?=\S| {2}\S)/).filter((block) => block.startsWith('  '));
}
