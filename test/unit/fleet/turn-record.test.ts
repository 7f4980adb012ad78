// What leaves the machine of a turn, and what is left of it where it arrives.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRecord, type RecordSubject } from '../../../src/fleet/decode-record.ts';
import { encodeRecord, MAX_RECORD_BYTES } from '../../../src/fleet/fit-record.ts';
import { isNewer, type TurnRecord, turnOf } from '../../../src/fleet/turn-record.ts';
import { judge } from '../../../src/core/status.ts';
import { createRedactor } from '../../../src/text/redact.ts';
import type { SessionEvent } from '../../../src/core/event.ts';
import { Fold } from '../../../src/core/fold.ts';
import { treeOf } from '../../../src/core/tree.ts';
import { introduction } from '../core/introduced.ts';
import { CHILD, LIMITS, MAIN, T0 } from '../core/scenario.ts';
import { cardOf, recordFor, someTree, treeIn } from './random-turns.ts';

const subjectOf = (record: TurnRecord): RecordSubject => ({ gateway: record.gateway, boxId: turnOf(record)?.boxId ?? '' });

function arrived(record: TurnRecord, bytes = encodeRecord(record)): TurnRecord {
  const decoded = decodeRecord(bytes ?? new Uint8Array(), subjectOf(record));
  if ('refused' in decoded) throw new Error(decoded.refused);
  return decoded.record;
}

const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const fits = (record: TurnRecord): boolean => bytesOf(record).length <= MAX_RECORD_BYTES;

describe('a record', () => {
  it('arrives as it was sent when it fits, and its box says what it says on its own machine, then and later', () => {
    fc.assert(
      fc.property(someTree, fc.nat(400_000), (tree, laterMs) => {
        const record = recordFor(tree);
        fc.pre(fits(record));
        const there = arrived(record);
        expect(there).toEqual(JSON.parse(JSON.stringify(record)));
        expect(cardOf(treeIn(there), laterMs)).toEqual(cardOf(tree, laterMs));
      }),
      { numRuns: 300 },
    );
  });

  it('has at most 16 KB whatever the turn is like, and the state, the wait and the identity of its box are the same', () => {
    let shortened = 0;
    fc.assert(
      fc.property(someTree, fc.array(fc.nat(3_000), { maxLength: 20 }), (tree, lengths) => {
        const record = recordFor(tree, { violations: lengths.map((length) => '\u{1F600}'.repeat(length)) });
        if (!fits(record)) shortened += 1;
        const bytes = encodeRecord(record);
        expect(bytes?.length).toBeLessThanOrEqual(MAX_RECORD_BYTES);
        const there = treeIn(arrived(record, bytes));
        expect(judge(there, LIMITS).status.state).toBe(judge(tree, LIMITS).status.state);
        expect(there.turn.waiting.length > 0).toBe(tree.turn.waiting.length > 0);
        expect(there.turn).toMatchObject({ boxId: tree.turn.boxId, startedAt: tree.turn.startedAt, trigger: tree.turn.trigger });
        expect(there.turn.lines.length + there.turn.droppedLines).toBe(tree.turn.lines.length + tree.turn.droppedLines);
        expect(() => cardOf(there)).not.toThrow();
      }),
      { numRuns: 300 },
    );
    expect(shortened).toBeGreaterThan(20);
  });

  it('keeps the newest lines when it is too large, and drops those of sub-agents first', () => {
    fc.assert(
      fc.property(someTree, (tree) => {
        const there = treeIn(arrived(recordFor(tree)));
        const ids = (turn: typeof tree.turn): unknown[] =>
          turn.lines.map((line) => ('id' in line ? line.id : 'callId' in line ? line.callId : line.childKey));
        const kept = ids(there.turn);
        expect(ids(tree.turn).filter((each) => kept.includes(each))).toEqual(kept);
        if (kept.length > 0) expect(kept.at(-1)).toBe(ids(tree.turn).at(-1));
      }),
      { numRuns: 200 },
    );
  });

  it('of a turn that waits for the oldest of very many sub-agents says that it works', () => {
    const fold = new Fold();
    const tell = (sessionKey: string, seconds: number, fact: Partial<SessionEvent> & Pick<SessionEvent, 'type'>): void =>
      void fold.apply({ ...fact, sessionKey, at: T0 + seconds * 1_000, source: 'transcripts' } as SessionEvent);
    fold.apply(introduction(MAIN, T0));
    tell(MAIN, 0, { type: 'turn_started', trigger: { kind: 'operator' }, messageId: 'first' });
    for (let nth = 0; nth < 80; nth += 1) {
      const key = `${CHILD}-${nth}`;
      tell(MAIN, 1, { type: 'child_spawned', callId: `spawn${nth}`, childKey: key, label: 'l'.repeat(200) });
      fold.apply(introduction(key, T0 + 1_000));
      tell(key, 2, { type: 'turn_started', trigger: { kind: 'parent' }, messageId: `task${nth}` });
      tell(key, 3, { type: 'message', messageId: `m${nth}`, text: 'word '.repeat(100), stop: nth === 0 ? 'tools' : 'stop' });
      if (nth === 0) tell(key, 3, { type: 'tool_started', callId: 'long', tool: 'exec', args: { command: 'make' } });
    }
    tell(MAIN, 4, { type: 'message', messageId: 'end', text: 'They work.', stop: 'stop' });
    const session = fold.sessionOf(MAIN);
    const [turn] = session.turns;
    if (turn === undefined) throw new Error('no turn');
    const tree = treeOf(fold.sessionsByKey, session, turn, T0 + 600_000);
    const record = recordFor(tree);
    expect([judge(tree, LIMITS).status.state, fits(record)]).toEqual(['active', false]);
    expect(judge(treeIn(arrived(record)), LIMITS).status.state).toBe('active');
  });

  it('that cannot be told in 16 KB at all is not sent', () => {
    const [tree] = fc.sample(someTree, { numRuns: 1, seed: 1 });
    if (tree === undefined) throw new Error('no tree');
    expect(encodeRecord(recordFor({ ...tree, session: { ...tree.session, key: 'k'.repeat(20_000) } }))).toBeUndefined();
  });

  it('has no secret of any text of the turn in it', () => {
    const canary = 'ghp_0123456789abcdefghijABCDEFGHIJ012345';
    const redact = createRedactor([]);
    fc.assert(
      fc.property(someTree, (tree) => {
        const leaky = JSON.parse(JSON.stringify(tree).replaceAll('long \u{1F600} text ', `${canary} `)) as typeof tree;
        const record = recordFor(
          { ...leaky, session: { ...leaky.session, label: canary, title: `task ${canary}` } },
          { violations: [canary], badge: canary },
          redact,
        );
        expect(JSON.stringify(record)).not.toContain(canary);
        expect(new TextDecoder().decode(encodeRecord(record))).not.toContain(canary);
      }),
      { numRuns: 100 },
    );
  });

  it('that is newer is of a later process, or a later one of the same', () => {
    const [a, b, c] = [
      { epoch: 1, seq: 9 },
      { epoch: 2, seq: 1 },
      { epoch: 2, seq: 2 },
    ];
    expect([isNewer(b, a), isNewer(c, b), isNewer(a, c), isNewer(b, b)]).toEqual([true, true, false, false]);
  });
});

/** Every place in a JSON value. */
function placesIn(value: unknown, place: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [place];
  return [place, ...Object.entries(value).flatMap(([name, item]) => placesIn(item, [...place, name]))];
}

function withAt(value: unknown, [name, ...rest]: readonly (string | number)[], put: unknown): unknown {
  if (name === undefined) return put;
  const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) };
  Object.defineProperty(copy, name, {
    value: withAt((value as Record<string, unknown>)[name], rest, put),
    enumerable: true,
    configurable: true,
    writable: true,
  });
  return copy;
}

const ODD = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    undefined,
    '',
    'x'.repeat(600),
    -1,
    1e300,
    [],
    {},
    [[]],
    null,
    true,
    { kind: 'future' },
    JSON.parse('{"__proto__":{"v":1}}'),
  ),
);

describe('what comes from anywhere', () => {
  it('is a record that can be drawn, or is refused with one of a few reasons; nothing throws', () => {
    const reasons = new Map<string, number>();
    fc.assert(
      fc.property(someTree, fc.array(fc.tuple(fc.nat(), ODD), { minLength: 1, maxLength: 2 }), (tree, changes) => {
        const record = arrived(recordFor(tree));
        const hostile = changes.reduce<unknown>((value, [nth, odd]) => {
          const places = placesIn(value);
          return withAt(value, places[nth % places.length] ?? [], odd);
        }, record);
        const decoded = decodeRecord(bytesOf(hostile ?? null), subjectOf(record));
        const reason = 'refused' in decoded ? decoded.refused : 'taken';
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
        if ('record' in decoded) expect(() => cardOf(treeIn(decoded.record), 60_000)).not.toThrow();
      }),
      { numRuns: 1_000 },
    );
    expect(
      [...reasons.keys()].every((reason) => ['taken', 'malformed', 'no_json', 'version', 'foreign', 'too_large'].includes(reason)),
    ).toBe(true);
    expect(reasons.get('malformed')).toBeGreaterThan(100);
    expect(reasons.get('taken')).toBeGreaterThan(20);
  });

  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(), 'no_json'],
    ['bytes that are no text', Uint8Array.of(0xff, 0xfe, 0x7b), 'no_json'],
    ['a list', bytesOf([]), 'no_json'],
    ['brackets without end', new TextEncoder().encode('['.repeat(MAX_RECORD_BYTES)), 'no_json'],
    ['more than 16 KB', new Uint8Array(MAX_RECORD_BYTES + 1).fill(0x20), 'too_large'],
    ['a later version', bytesOf({ v: 2 }), 'version'],
    ['no version', bytesOf({}), 'version'],
    ['nothing but a version', bytesOf({ v: 1 }), 'malformed'],
  ])('%s is refused', (_name, bytes, reason) => {
    expect(decodeRecord(bytes, { gateway: 'web-1', boxId: 'b' })).toEqual({ refused: reason });
  });

  it('is refused when it speaks for another gateway or box than the one that may write there', () => {
    const [tree] = fc.sample(someTree, { numRuns: 1, seed: 2 });
    if (tree === undefined) throw new Error('no tree');
    const record = recordFor(tree);
    const bytes = encodeRecord(record) ?? new Uint8Array();
    const subject = subjectOf(record);
    expect(decodeRecord(bytes, { ...subject, gateway: 'web-2' })).toEqual({ refused: 'foreign' });
    expect(decodeRecord(bytes, { ...subject, boxId: 'other' })).toEqual({ refused: 'foreign' });
  });

  it('may say more than we know: that is kept, wherever it is, and lines of an unknown kind are left out and counted', () => {
    const [tree] = fc.sample(someTree, { numRuns: 1, seed: 3 });
    if (tree === undefined) throw new Error('no tree');
    const sent = arrived(recordFor(tree));
    const [root] = sent.sessions;
    const turn = { ...root.turns[0], future: { deep: [1] }, trigger: { kind: 'person', mood: 'good' } };
    const lines = [{ kind: 'hologram', at: 1 }, ...(root.turns[0]?.lines ?? []).map((line) => ({ ...line, shade: 3 }))];
    const newer = { ...sent, region: 'eu', sessions: [{ ...root, tenant: 'x', turns: [{ ...turn, lines }] }, ...sent.sessions.slice(1)] };
    const decoded = decodeRecord(bytesOf(newer), subjectOf(sent));
    if ('refused' in decoded) throw new Error(decoded.refused);
    expect(decoded.unknownLines).toBe(1);
    const again = arrived(decoded.record) as unknown as typeof newer;
    expect(again).toEqual({
      ...newer,
      sessions: [{ ...newer.sessions[0], turns: [{ ...turn, lines: lines.slice(1) }] }, ...newer.sessions.slice(1)],
    });
  });
});
