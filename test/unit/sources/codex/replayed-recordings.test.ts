// Every recording is replayed by its operations on a real folder, in five ways. Each time the same comes out as in the golden file.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createCodexHome } from '../../../../src/sources/codex/codex-home.ts';
import { tempFolderInMemory } from '../../../support/temp-folder.ts';
import { eventually } from '../../../support/until.ts';
import { outcomeOf } from '../coding-agents/outcome.ts';
import { type Recording, recordingsOf } from '../coding-agents/recording.ts';
import { clockAt, inPieces, type Memory, newMemory, play, portsFor, started } from '../coding-agents/running.ts';

const GOLDEN = fileURLToPath(new URL('../../../golden/codex/', import.meta.url));
const UNKNOWABLE = { listing: '/nowhere/locks' }; // whoever wrote the recordings is gone
const SEED = 20_261_126;

describe.each(['codex-0.171.0', 'codex-0.134.0'])('%s', (version) => {
  it.each(recordingsOf(version).map((recording) => [recording.name, recording] as const))('%s', async (name, recording) => {
    const golden = readFileSync(join(GOLDEN, `${name}.txt`), 'utf8').trimEnd();
    const ways = [inOrder, inRandomPieces, atOnce, killedInTheMiddle];
    const outcomes = await Promise.all(ways.map((way) => way(recording)));
    for (const memory of outcomes) await eventually(() => expect(outcomeOf(memory.events)).toBe(golden), 3_000);
    const late = await startedLate(recording);
    await eventually(() => expect(blocksOf(golden)).toEqual(expect.arrayContaining(blocksOf(outcomeOf(late.events)))), 3_000);
    await eventually(() => expect(blocksOf(outcomeOf(late.events))).toContain(blocksOf(golden).at(-1)), 3_000);
  });
});

async function watched(recording: Recording, memory: Memory, home: string): Promise<{ stop(): Promise<void> }> {
  const ports = portsFor({ memory, clock: clockAt(recording.endsAt) });
  return started(createCodexHome({ ...ports, home, polling: false, locks: UNKNOWABLE }));
}

async function inOrder(recording: Recording): Promise<Memory> {
  const [memory, home] = [newMemory(), tempFolderInMemory()];
  await watched(recording, memory, home);
  await play(recording, home);
  return memory;
}

async function inRandomPieces(recording: Recording): Promise<Memory> {
  const [memory, home] = [newMemory(), tempFolderInMemory()];
  await watched(recording, memory, home);
  await play(recording, home, inPieces(recording.operations, SEED));
  return memory;
}

async function atOnce(recording: Recording): Promise<Memory> {
  const [memory, home] = [newMemory(), tempFolderInMemory()];
  await watched(recording, memory, home);
  recording.apply(home);
  return memory;
}

async function killedInTheMiddle(recording: Recording): Promise<Memory> {
  const [memory, home] = [newMemory(), tempFolderInMemory()];
  const pieces = inPieces(recording.operations, SEED);
  const third = Math.floor(pieces.length / 3);
  for (const [from, to] of [
    [0, third],
    [third, 2 * third],
    [2 * third, pieces.length],
  ] as const) {
    const source = await watched(recording, memory, home);
    await play(recording, home, pieces.slice(from, to));
    await eventually(() => expect([...memory.positions.keys()].toSorted()).toEqual(logsIn(home)));
    await source.stop();
  }
  await watched(recording, memory, home);
  return memory;
}

/** The logs in a folder that have a whole line. */
function logsIn(home: string): string[] {
  const entries = readdirSync(home, { recursive: true, withFileTypes: true });
  const paths = entries.filter(({ name }) => name.endsWith('.jsonl')).map(({ parentPath, name }) => join(parentPath, name));
  return paths.filter((path) => readFileSync(path).includes(0x0a)).toSorted();
}

/** What was over by then is not told any more; the rest as if the source had been there. */
async function startedLate(recording: Recording): Promise<Memory> {
  const [memory, home] = [newMemory(), tempFolderInMemory()];
  const { operations } = recording;
  const half = Math.floor(operations.length / 2);
  recording.apply(home, operations.slice(0, half));
  await watched(recording, memory, home);
  await play(recording, home, operations.slice(half));
  return memory;
}

/** The turns of an outcome, each with its lines. */
function blocksOf(outcome: string): string[] {
  return outcome.split(/\n(?=\S| {2}\S)/).filter((block) => block.startsWith('  '));
}
