import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JournaledRows } from '../../../src/store/journaled-rows.ts';
import { rowsInMemory } from './rows-in-memory.ts';

interface Text {
  words: string[];
}

function isText(value: unknown): value is Text {
  return Array.isArray((value as Partial<Text> | undefined)?.words);
}

/** Values on a disk that can be full, and what each transaction wrote. */
function disk() {
  let isFull = false;
  const transactions: string[][] = [];
  const checkpoint = rowsInMemory((changes) => {
    if (!isFull && changes.length > 0)
      transactions.push(changes.map(({ kind, key, value }) => `${value === undefined ? 'no ' : ''}${kind} ${key}`));
    return !isFull;
  });
  const start = (): JournaledRows<Text> => new JournaledRows(checkpoint, 'session', isText);
  const write = (rows: JournaledRows<Text>, values: Record<string, Text>, gone: string[] = [], isLast = false): void => {
    if (checkpoint.write(rows.changes(new Map(Object.entries(values)), gone, isLast))) rows.commit();
  };
  return { checkpoint, transactions, start, write, fill: (full: boolean) => void (isFull = full) };
}

/** So many steps, each with another word at the end. */
function grow(write: (text: Text) => void, steps: number, text: Text = { words: [] }): Text {
  let grown = text;
  for (let step = 0; step < steps; step += 1) write((grown = { words: [...grown.words, `word ${step}`] }));
  return grown;
}

const KEYS = ['a', 'b', 'c'];
const act = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('grow' as const), key: fc.constantFrom(...KEYS) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('cut' as const), key: fc.constantFrom(...KEYS) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('forget' as const, 'spoil' as const), key: fc.constantFrom(...KEYS) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('restart' as const, 'leave' as const, 'fill' as const, 'free' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('many' as const), key: fc.constantFrom(...KEYS), steps: fc.nat(130) }) },
);

describe('values in a journal', () => {
  it('are after a restart what they were when they were written last, whatever happened', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const { checkpoint, start, write, fill } = disk();
        let [rows, isFull] = [start(), false];
        const onDisk = new Map<string, Text>();
        const put = (key: string, text: Text): void => {
          write(rows, { [key]: text });
          if (!isFull) onDisk.set(key, text);
        };
        const now = (key: string): Text => rows.written(key) ?? { words: [] };
        for (const each of acts) {
          if (each.kind === 'grow') put(each.key, { words: [...now(each.key).words, `w${now(each.key).words.length}`] });
          if (each.kind === 'cut') put(each.key, { words: now(each.key).words.slice(1) });
          if (each.kind === 'many') grow((text) => put(each.key, text), each.steps, now(each.key));
          if (each.kind === 'fill' || each.kind === 'free') fill((isFull = each.kind === 'fill'));
          if (each.kind === 'forget') {
            write(rows, {}, [each.key]);
            if (!isFull) onDisk.delete(each.key);
          }
          // A version without a journal was used for a while: it wrote a whole row, and knew nothing of the others.
          if (each.kind === 'spoil' && !isFull) {
            checkpoint.write([{ kind: 'session', key: each.key, value: { words: ['older'] } }]);
            onDisk.set(each.key, { words: ['older'] });
          }
          if (each.kind === 'leave') write(rows, {}, [], true);
          if (each.kind === 'restart' || each.kind === 'spoil') {
            rows = start();
            expect(new Map(rows.stored().map((text) => [keyOf(rows, text), text]))).toEqual(onDisk);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('are written whole when they are new, and as what changed from then on, all of one time in one row', () => {
    const { transactions, start, write } = disk();
    const rows = start();
    write(rows, { a: { words: ['x'] }, b: { words: [] } });
    write(rows, { a: { words: ['x', 'y'] }, b: { words: ['z'] } });
    write(rows, { a: { words: ['x', 'y'] } });
    expect(transactions).toEqual([['session a', 'session b'], ['journal 2']]);
  });

  it('are all whole when the process ends in order, so that a version without a journal finds them', () => {
    const { checkpoint, start, write } = disk();
    const rows = start();
    write(rows, { a: { words: [] }, b: { words: [] }, c: { words: [] } });
    write(rows, { a: { words: ['x'] }, b: { words: ['x'] } });
    write(rows, { b: { words: ['x', 'y'] }, d: { words: ['z'] } }, ['c'], true);
    expect(checkpoint.rows('journal')).toEqual([]);
    const found = checkpoint.rows('session').map(({ key, value }) => [key, (value as Text).words]);
    expect(Object.fromEntries(found)).toEqual({ a: ['x'], b: ['x', 'y'], d: ['z'] });
    const next = start();
    expect(next.stored()).toHaveLength(3);
    write(next, { a: { words: ['x', 'again'] } });
    expect(start().stored()).toContainEqual({ words: ['x', 'again'] });
  });

  it('never fill the journal: what waits longest is written whole, also when it rests', () => {
    const { checkpoint, start, write } = disk();
    const rows = start();
    const resting = Object.fromEntries(Array.from({ length: 50 }, (_none, index) => [`resting ${index}`, { words: [] as string[] }]));
    write(rows, { ...resting, busy: { words: [] } });
    for (const key of Object.keys(resting)) write(rows, { [key]: { words: ['once'] } });
    grow((text) => write(rows, { busy: text }), 1_000);
    expect(checkpoint.rows('journal').length).toBeLessThan(430);
    expect(start().stored()).toHaveLength(51);
  });

  it('that began together are not all written whole at once', () => {
    const { transactions, start, write } = disk();
    const rows = start();
    for (let step = 0; step < 900; step += 1)
      write(rows, Object.fromEntries(Array.from({ length: 200 }, (_none, index) => [`${index}`, { words: [`${step}`] }])));
    const wholes = transactions.slice(1).map((changes) => changes.filter((change) => change.startsWith('session')).length);
    expect(Math.max(...wholes)).toBe(16);
    expect(Math.max(...transactions.slice(1).map((changes) => changes.length))).toBeLessThan(25);
  });

  it('leave foreign rows alone', () => {
    const { checkpoint, start, write } = disk();
    checkpoint.write([
      { kind: 'session', key: 'foreign', value: 7 },
      { kind: 'journal', key: 'x', value: [['foreign', { to: 1 }]] },
      { kind: 'journal', key: '3', value: { no: 'list' } },
      { kind: 'journal', key: '4', value: [['foreign', 'no patch'], 'nothing'] },
    ]);
    const rows = start();
    expect(rows.stored()).toEqual([]);
    write(rows, { a: { words: ['x'] } });
    expect(start().stored()).toEqual([{ words: ['x'] }]);
  });
});

function keyOf(rows: JournaledRows<Text>, text: Text): string {
  return [...rows.keys()].find((key) => rows.written(key) === text) ?? '';
}
