// Keeps large values that change a little at a time: a whole row of each, and a journal of what changed since these were written.
// Does not know what the values mean.

import type { Change, Checkpoint, RowKind } from './checkpoint.ts';
import { journalRow, readJournal, type Step, withoutRow } from './journal.ts';
import { type Patch, patched, patchOf } from './patch.ts';

/** What is being written. `number` is that of the journal's row. */
interface Plan<Value> {
  number: number;
  valuesByKey: ReadonlyMap<string, Value>;
  goneKeys: readonly string[];
  wholeByKey: ReadonlyMap<string, Value>;
  patchesByKey: ReadonlyMap<string, Patch>;
  /** The journal's rows that no value needs any more. */
  stale: readonly number[];
}

const KEPT_ROWS = 400; // a value with an older patch is due to be written whole
const WHOLE_AT_ONCE = 16; // 0.2 ms each for a long turn; enough for 6,400 values that change all the time
const STALE_AT_ONCE = 4; // more than are added
const UNNUMBERED = 0; // the journal begins with row 1

export class JournaledRows<Value extends object> {
  readonly #checkpoint: Checkpoint;
  readonly #kind: RowKind;
  readonly #isValue: (value: unknown) => value is Value;
  readonly #writtenByKey = new Map<string, Value>();
  /** The row with the oldest patch of each value, the oldest first; UNNUMBERED where no patch can follow the whole row. */
  #patchedSince = new Map<string, number>();
  /** The numbers of the journal's rows. */
  #rows: readonly number[] = [];
  #lastNumber = 0;
  #plan: Plan<Value> | undefined;

  constructor(checkpoint: Checkpoint, kind: RowKind, isValue: (value: unknown) => value is Value) {
    this.#checkpoint = checkpoint;
    this.#kind = kind;
    this.#isValue = isValue;
  }

  /** The values that earlier processes wrote. Versions without a journal did not number their rows. */
  stored(): Value[] {
    const journal = readJournal(this.#checkpoint);
    const stepsByKey = Map.groupBy(journal, ({ key }) => key);
    this.#rows = [...new Set(journal.map(({ number }) => number))];
    this.#lastNumber = this.#rows.at(-1) ?? 0;
    for (const { key, value } of this.#checkpoint.rows(this.#kind)) this.#restore(key, value, stepsByKey.get(key) ?? []);
    this.#patchedSince = new Map([...this.#patchedSince].toSorted(([, one], [, other]) => one - other));
    return [...this.#writtenByKey.values()];
  }

  #restore(key: string, row: unknown, steps: readonly Step[]): void {
    const { upTo, ...bare } = (row ?? {}) as { upTo?: unknown };
    const own = typeof upTo === 'number' ? steps.filter(({ number }) => number > upTo) : [];
    const value = own.reduce<unknown>((before, { patch }) => patched(before, patch), bare);
    if (!this.#isValue(value)) return;
    this.#writtenByKey.set(key, value);
    if (typeof upTo === 'number') this.#lastNumber = Math.max(this.#lastNumber, upTo);
    const since = typeof upTo === 'number' ? own[0]?.number : UNNUMBERED;
    if (since !== undefined) this.#patchedSince.set(key, since);
  }

  keys(): Iterable<string> {
    return this.#writtenByKey.keys();
  }

  /** The value that is on disk. */
  written(key: string): Value | undefined {
    return this.#writtenByKey.get(key);
  }

  /**
   * What is to be written for values that changed, and for keys that have none any more. Values are never changed in place. After the last
   * changes no value needs the journal: versions that know none find every value.
   */
  changes(valuesByKey: ReadonlyMap<string, Value>, goneKeys: readonly string[], isLast = false): Change[] {
    const number = this.#lastNumber + 1;
    const wholeByKey = isLast ? this.#allWholes(valuesByKey, goneKeys) : this.#wholes(number, valuesByKey, new Set(goneKeys));
    const patchesByKey = this.#patches([...valuesByKey].filter(([key]) => !wholeByKey.has(key)));
    const changes: Change[] = [
      ...[...wholeByKey].map(([key, value]) => ({ kind: this.#kind, key, value: { ...value, upTo: number } })),
      ...goneKeys.map((key) => ({ kind: this.#kind, key, value: undefined })),
      ...(patchesByKey.size === 0 ? [] : [journalRow(number, patchesByKey)]),
    ];
    const stale = isLast ? this.#rows : changes.length === 0 ? [] : this.#staleRows();
    this.#plan = { number, valuesByKey, goneKeys, wholeByKey, patchesByKey, stale };
    return [...changes, ...stale.map(withoutRow)];
  }

  /** Those that changed and cannot be patched, and some that are due. */
  #wholes(number: number, valuesByKey: ReadonlyMap<string, Value>, goneKeys: ReadonlySet<string>): Map<string, Value> {
    const wholeByKey = new Map(
      [...valuesByKey].filter(([key]) => !this.#writtenByKey.has(key) || this.#patchedSince.get(key) === UNNUMBERED),
    );
    if (valuesByKey.size === 0) return wholeByKey;
    const most = wholeByKey.size + WHOLE_AT_ONCE;
    for (const [key, since] of this.#patchedSince) {
      if (since > number - KEPT_ROWS || wholeByKey.size >= most) break;
      const value = valuesByKey.get(key) ?? this.#writtenByKey.get(key);
      if (value !== undefined && !goneKeys.has(key)) wholeByKey.set(key, value);
    }
    return wholeByKey;
  }

  #allWholes(valuesByKey: ReadonlyMap<string, Value>, goneKeys: readonly string[]): Map<string, Value> {
    const older = [...this.#patchedSince.keys()].flatMap((key): [string, Value][] => {
      const value = this.#writtenByKey.get(key);
      return value === undefined || goneKeys.includes(key) ? [] : [[key, value]];
    });
    return new Map([...older, ...valuesByKey]);
  }

  #patches(values: readonly (readonly [string, Value])[]): Map<string, Patch> {
    const patches = values.map(([key, value]) => [key, patchOf(this.#writtenByKey.get(key), value)] as const);
    return new Map(patches.flatMap(([key, patch]) => (patch === undefined ? [] : [[key, patch] as const])));
  }

  /** Rows before the first that still counts for a value. */
  #staleRows(): number[] {
    const [first = Number.POSITIVE_INFINITY] = this.#patchedSince.values();
    return this.#rows.filter((number) => number < first).slice(0, STALE_AT_ONCE);
  }

  /** Call when what `changes` returned last is on disk. */
  commit(): void {
    if (this.#plan === undefined) return;
    const { number, valuesByKey, goneKeys, wholeByKey, patchesByKey, stale } = this.#plan;
    for (const [key, value] of valuesByKey) this.#writtenByKey.set(key, value);
    for (const key of goneKeys) this.#writtenByKey.delete(key);
    for (const key of [...goneKeys, ...wholeByKey.keys()]) this.#patchedSince.delete(key);
    for (const key of patchesByKey.keys()) if (!this.#patchedSince.has(key)) this.#patchedSince.set(key, number);
    this.#rows = [...this.#rows.filter((row) => !stale.includes(row)), ...(patchesByKey.size === 0 ? [] : [number])];
    if (wholeByKey.size + patchesByKey.size > 0) this.#lastNumber = number;
    this.#plan = undefined;
  }
}
