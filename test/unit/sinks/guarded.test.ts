import { describe, expect, it } from 'vitest';
import { forwarded, type Guard, guarded } from '../../../src/core/guarded.ts';
import type { Sink } from '../../../src/core/sink.ts';

const { signal } = new AbortController();
const DRAFT = { target: { channelId: 'town' }, props: {}, pendingPostId: 'pending' };
const BODY = { message: 'news', props: {} };
const POST = { postId: 'p', target: { channelId: 'town' }, createdAt: 1, meta: undefined };

/** A sink that remembers each call with its arguments. */
function recording() {
  const calls: unknown[][] = [];
  const answered = <T>(name: string, answer: T) => {
    return async (...args: unknown[]): Promise<T> => {
      calls.push([name, ...args]);
      return answer;
    };
  };
  const sink: Sink = {
    create: answered('create', { postId: 'p' }),
    edit: answered('edit', undefined),
    read: answered('read', POST),
    findOwn: answered('findOwn', [POST]),
    findPinned: answered('findPinned', [POST]),
    pin: answered('pin', undefined),
    react: answered('react', undefined),
    unreact: answered('unreact', undefined),
    probe: answered('probe', undefined),
  };
  return { sink, calls };
}

async function callAll(sink: Sink): Promise<unknown[]> {
  return [
    await sink.create(DRAFT, signal),
    await sink.edit('p', BODY, signal),
    await sink.read('p', signal),
    await sink.findOwn('town', 7, signal),
    await sink.findPinned('town', signal),
    await sink.pin('p', signal),
    await sink.react('p', 'eyes', signal),
    await sink.unreact('p', 'eyes', signal),
    await sink.probe(signal, 9),
  ];
}

const ALL = [
  ['create', DRAFT, signal],
  ['edit', 'p', BODY, signal],
  ['read', 'p', signal],
  ['findOwn', 'town', 7, signal],
  ['findPinned', 'town', signal],
  ['pin', 'p', signal],
  ['react', 'p', 'eyes', signal],
  ['unreact', 'p', 'eyes', signal],
  ['probe', signal, 9],
];

describe('a guarded sink', () => {
  it('hands every call on with all its arguments, and every answer back', async () => {
    const { sink, calls } = recording();
    expect(await callAll(forwarded(sink))).toEqual([
      { postId: 'p' },
      undefined,
      POST,
      [POST],
      [POST],
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(calls).toEqual(ALL);
  });

  it("asks the guard for every call, with the caller's signal, and sends nothing that the guard does not", async () => {
    const { sink, calls } = recording();
    const signals: unknown[] = [];
    const guard: Guard = async (_call, given) => {
      signals.push(given);
      throw new Error('not now');
    };
    const silent = guarded(sink, guard);
    const made = [
      silent.create(DRAFT, signal),
      silent.edit('p', BODY, signal),
      silent.read('p', signal),
      silent.findOwn('town', 7, signal),
      silent.findPinned('town', signal),
      silent.pin('p', signal),
      silent.react('p', 'eyes', signal),
      silent.unreact('p', 'eyes', signal),
      silent.probe(signal, 9),
    ];
    for (const call of made) await expect(call).rejects.toThrow('not now');
    expect(signals).toEqual(ALL.map(() => signal));
    expect(calls).toEqual([]);
  });
});
