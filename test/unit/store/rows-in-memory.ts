// A checkpoint without a file, for tests of what is kept in it.

import type { Change, Checkpoint, Row } from '../../../src/store/checkpoint.ts';

/** `onWrite` is asked first; what it answers `false` to is not written. */
export function rowsInMemory(onWrite: (changes: readonly Change[]) => boolean = () => true): Checkpoint {
  const rowsByKey = new Map<string, Row>();
  return {
    rows: (kind) => [...rowsByKey.values()].filter((row) => row.kind === kind).map((row) => structuredClone(row)),
    write: (changes) => {
      if (!onWrite(changes)) return false;
      for (const { kind, key, value } of changes) {
        if (value === undefined) rowsByKey.delete(`${kind} ${key}`);
        else rowsByKey.set(`${kind} ${key}`, structuredClone({ kind, key, value }));
      }
      return true;
    },
    problem: () => undefined,
    close: () => undefined,
  };
}
