// A source of a coding agent over a real folder, with what survives its process.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../../../src/core/clock.ts';
import type { SessionEvent } from '../../../../src/core/event.ts';
import type { OpenTurn, Source, SourcePorts, Visibility } from '../../../../src/core/source.ts';
import { systemClock } from '../../../../src/process/system-clock.ts';
import type { Operation, Recording } from './recording.ts';

export const EVERYTHING: Visibility = { isRouted: true, commands: true, texts: true, prompts: true };

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** What an earlier process left behind. */
export interface Memory {
  positions: Map<string, unknown>;
  events: SessionEvent[];
}

export function newMemory(): Memory {
  return { positions: new Map(), events: [] };
}

export interface Surroundings {
  memory?: Memory;
  clock?: Clock;
  visibility?: Visibility;
  openTurns?: readonly OpenTurn[];
}

/** A clock that shows a time of the past. */
export function clockAt(now: number): Clock {
  const behindMs = Date.now() - now;
  return { ...systemClock, now: () => Date.now() - behindMs };
}

export function portsFor({
  memory = newMemory(),
  clock = systemClock,
  visibility = EVERYTHING,
  openTurns = [],
}: Surroundings): SourcePorts {
  const { positions, events } = memory;
  return {
    clock,
    log: quiet,
    redact: (text) => text,
    emit: (event) => events.push(event),
    checkpoints: new Map(JSON.parse(JSON.stringify([...positions])) as [string, unknown][]),
    onProgress: (path, position) => void (position === undefined ? positions.delete(path) : positions.set(path, position)),
    knownKeys: () => [],
    openTurns: () => openTurns,
    visibility: () => visibility,
  };
}

/** Starts a source; it is stopped with the test at the latest. */
export async function started(source: Source): Promise<Source> {
  onTestFinished(() => source.stop());
  await source.start();
  return source;
}

/** Plays operations one after the other; now and then the source gets time to look. */
export async function play(recording: Recording, home: string, operations: readonly Operation[] = recording.operations): Promise<void> {
  for (const operation of operations) {
    recording.apply(home, [operation]);
    await nextTurn();
  }
}

/** The same operations with appended bytes cut into pieces of any size, the same for the same seed. */
export function inPieces(operations: readonly Operation[], seed: number): Operation[] {
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state % below;
  };
  return operations.flatMap((operation) => {
    const pieces: Operation[] = [];
    let { off = 0, len = 0 } = operation;
    if (len < 2) return [operation];
    while (len > 0) {
      const size = Math.min(len, 1 + random(700));
      pieces.push({ ...operation, off, len: size });
      [off, len] = [off + size, len - size];
    }
    return pieces;
  });
}
