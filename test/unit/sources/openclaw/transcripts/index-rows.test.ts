import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readIndexRows } from '../../../../../src/sources/openclaw/transcripts/index-rows.ts';
import { ObjectMembers } from '../../../../../src/sources/openclaw/transcripts/object-members.ts';
import { tempFolder } from '../../../../support/temp-folder.ts';

const folder = tempFolder('rows');

/** Feeds a text in pieces of that many bytes; `undefined` when it was no whole object. */
function cut(text: string, bytes: number): Map<string, unknown> | undefined {
  const members = new ObjectMembers();
  const all = Buffer.from(text);
  const found = new Map<string, unknown>();
  for (let at = 0; at < all.length; at += bytes)
    for (const [key, value] of members.take(all.subarray(at, at + bytes))) found.set(key, value);
  return members.isWhole() ? found : undefined;
}

/** What `JSON.parse` makes of it. */
function parsed(text: string): Map<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}

async function rowsOf(text: string, maxRows?: number): ReturnType<typeof readIndexRows> {
  const path = join(folder, 'sessions.json');
  writeFileSync(path, text);
  const fd = openSync(path, 'r');
  try {
    return await readIndexRows(fd, Buffer.byteLength(text), maxRows);
  } finally {
    closeSync(fd);
  }
}

describe('members of an object, cut out piece by piece', () => {
  it('are those that JSON.parse finds, whatever the object is and wherever the pieces end', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(3),
        (value, bytes, indent) => {
          const text = JSON.stringify(value, undefined, indent);
          expect(cut(text, bytes)).toEqual(parsed(text));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('of a text that was damaged are found if and only if JSON.parse takes it', () => {
    const damaged = fc.tuple(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.nat(),
      fc.nat(2),
      fc.constantFrom('{', '}', '[', ']', ',', ':', '"', ' ', '\\', 'x', '\n', '0'),
    );
    fc.assert(
      fc.property(damaged, fc.integer({ min: 1, max: 40 }), ([value, where, removed, put], bytes) => {
        const whole = JSON.stringify(value);
        const at = where % (whole.length + 1);
        const text = whole.slice(0, at) + put + whole.slice(at + removed);
        expect(cut(text, bytes)).toEqual(parsed(text));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    '',
    ' ',
    '{',
    '{}',
    ' {} ',
    '{},',
    '{}{}',
    '{}x',
    '{,}',
    '{"a":1,}',
    '{,"a":1}',
    '{"a":[}]}',
    '[]',
    '[{}]',
    'null',
    '"{}"',
    '\uFEFF{}',
  ])('%j is taken as JSON.parse takes it', (text) => expect(cut(text, 1)).toEqual(parsed(text)));

  it('leave out one that is far too large, and nothing else', () => {
    const text = JSON.stringify({ a: 1, giant: ['x'.repeat(3_000_000), '\\'.repeat(500_000)], b: { c: 2 } });
    expect(cut(text, 65_536)).toEqual(
      new Map<string, unknown>([
        ['a', 1],
        ['b', { c: 2 }],
      ]),
    );
  });
});

describe('the rows of an index', () => {
  const row = (index: number) => [`agent:main:s${index}`, { sessionId: `s${index}`, updatedAt: index }] as const;
  const text = (count: number) => JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, index) => row(index))));

  it('are all kept up to the limit', async () => {
    expect(await rowsOf(text(10), 10)).toMatchObject({ kind: 'rows', isCut: false, entries: { length: 10 } });
  });

  it.each([11, 20, 35, 1_000])('of %d rows are the ten newest where ten are kept', async (count) => {
    const rows = await rowsOf(text(count), 10);
    expect(rows).toMatchObject({ kind: 'rows', isCut: true });
    const kept = rows.kind === 'rows' ? rows.entries.map(({ updatedAt }) => updatedAt ?? 0).sort((a, b) => a - b) : [];
    expect(kept).toEqual(Array.from({ length: 10 }, (_, index) => count - 10 + index));
  });

  it('that all have the same date are no more than are kept', async () => {
    const same = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, { sessionId: `s${index}`, updatedAt: 5 }]));
    expect(await rowsOf(JSON.stringify(same), 10)).toMatchObject({ isCut: true, entries: { length: 10 } });
  });

  it('are broken when the file is half written', async () => expect(await rowsOf(text(10).slice(0, -3))).toEqual({ kind: 'broken' }));
});
