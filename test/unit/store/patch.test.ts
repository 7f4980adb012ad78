import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Patch, patched, patchOf } from '../../../src/store/patch.ts';

const names = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', 'toString', '1', 'in', 'to', 'of');
const leaf = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('x', 'y', ''), fc.constant(null), fc.boolean());
const { data } = fc.letrec((tie) => ({
  data: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('data'), { maxLength: 6 }), fc.dictionary(names, tie('data'), { maxKeys: 6 })),
}));

/** What a reader makes of a patch that was on a disk. */
function afterDisk(before: unknown, after: unknown): unknown {
  const patch = patchOf(before, after);
  return patch === undefined ? before : patched(before, JSON.parse(JSON.stringify(patch)) as Patch);
}

/** Another state, most of which is the very same objects; `picks` decide what changes. */
function edited(value: unknown, picks: Iterator<number>, fresh: unknown): unknown {
  const pick = picks.next().value ?? 0;
  if (Array.isArray(value)) {
    const at = value.length === 0 ? 0 : pick % value.length;
    if (pick % 4 === 0) return [...value, fresh];
    if (pick % 4 === 1) return value.toSpliced(at, 1);
    if (pick % 4 === 2) return value.toSpliced(at, 0, fresh);
    return value.map((item, index) => (index === at ? edited(item, picks, fresh) : item));
  }
  if (typeof value !== 'object' || value === null) return fresh;
  const members = Object.entries(value);
  const at = members.length === 0 ? 0 : pick % members.length;
  if (pick % 3 === 0) return Object.fromEntries([...members, [`new${pick}`, fresh]]);
  if (pick % 3 === 1) return Object.fromEntries(members.toSpliced(at, 1));
  return Object.fromEntries(members.map(([name, item], index) => [name, index === at ? edited(item, picks, fresh) : item]));
}

describe('a patch', () => {
  it('makes the newer state of the older one, whatever both are', () => {
    fc.assert(
      fc.property(data, data, (before, after) => {
        expect(JSON.stringify(afterDisk(before, after))).toBe(JSON.stringify(after));
      }),
    );
  });

  it('makes the newer state where most is shared, in the same order', () => {
    const picks = fc.array(fc.nat(20), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(data, picks, data, (before, steps, fresh) => {
        const after = edited(before, steps.values(), fresh);
        expect(JSON.stringify(afterDisk(before, after))).toBe(JSON.stringify(after));
      }),
      { numRuns: 2_000 },
    );
  });

  it('that is of another version, or damaged, does not keep the process from starting', () => {
    const damaged = fc.letrec((tie) => ({
      patch: fc.oneof(
        { maxDepth: 4 },
        data,
        fc.record({ in: fc.dictionary(names, tie('patch')), gone: data }),
        fc.record({ of: fc.array(tie('item')) }),
      ),
      item: fc.oneof({ maxDepth: 4 }, data, fc.tuple(leaf, leaf), fc.record({ at: leaf, by: tie('patch') })),
    }));
    fc.assert(
      fc.property(data, damaged.patch, (before, patch) => {
        expect(() => patched(before, patch)).not.toThrow();
      }),
    );
  });

  it('is nothing where nothing changed, also where the objects are others', () => {
    expect(patchOf({ a: { b: 1 } }, { a: { b: 1 } })).toBeUndefined();
  });

  it('treats a member that is undefined as none', () => {
    expect(afterDisk({ a: 1, b: 2 }, { a: undefined, b: 2 })).toEqual({ b: 2 });
    expect(patchOf({ b: 2 }, { b: 2, c: undefined })).toBeUndefined();
    expect(afterDisk({ a: undefined, b: 2 }, { a: 1, b: 2 })).toEqual({ a: 1, b: 2 });
  });

  it('says only what changed in a long list from which the oldest went', () => {
    const items = Array.from({ length: 100 }, (_none, index) => ({ id: index, text: 'long '.repeat(20) }));
    const newest = { id: 100, text: 'new' };
    expect(patchOf(items, [...items.slice(1), newest])).toEqual({ of: [[1, 100], { to: newest }] });
    expect(patchOf(items, items.with(7, { id: 7, text: 'other' }))).toEqual({
      of: [[0, 7], { at: 7, by: { in: { text: { to: 'other' } } } }, [8, 100]],
    });
  });

  it('that was made for something else gives something else, and does not throw', () => {
    fc.assert(
      fc.property(data, data, data, (before, after, other) => {
        const patch = patchOf(before, after);
        if (patch !== undefined) expect(() => patched(other, patch)).not.toThrow();
      }),
    );
  });
});
