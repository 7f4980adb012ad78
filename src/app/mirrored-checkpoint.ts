// The checkpoint of a publisher: kept in memory, and on the bus for the next one. What its watchers keep is not in it: sessions, and how far
// they were read.

import type { RunRow, RunRows } from '../fleet/run-rows.ts';
import type { Checkpoint, Row, RowKind } from '../store/checkpoint.ts';

const MIRRORED: ReadonlySet<RowKind> = new Set(['post', 'thread', 'fact', 'ended']);

/** The same promises as on a disk, but that a write is safe only once `rows.settled` resolves. */
export function mirroredCheckpoint(rows: Pick<RunRows, 'ofKind' | 'put' | 'problem'>): Checkpoint {
  return {
    keeps: (kind) => MIRRORED.has(kind),
    rows: (kind) => rows.ofKind(kind).map((row) => rowOf(kind, row)),
    write: (changes) => {
      for (const { kind, key, value } of changes) if (MIRRORED.has(kind)) rows.put({ kind, name: key, value });
      return true;
    },
    problem: () => rows.problem,
    close: () => undefined,
  };
}

/** What is read is no part of what is kept: as from a disk. */
function rowOf(kind: RowKind, { name, value }: RunRow): Row {
  return { kind, key: name, value: structuredClone(value) };
}
