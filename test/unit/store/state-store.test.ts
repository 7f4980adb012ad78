import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { PostRecord } from '../../../src/core/post-record.ts';
import { type Checkpoint, openCheckpoint } from '../../../src/store/checkpoint.ts';
import { newSession, reduce } from '../../../src/core/reduce.ts';
import type { Session } from '../../../src/core/session.ts';
import { StateStore } from '../../../src/store/state-store.ts';
import type { EntryOfSession, CurrentState } from '../../../src/store/session-store.ts';

import { rowsInMemory } from './rows-in-memory.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const nothing: CurrentState<EntryOfSession> = { sessions: () => new Map(), entries: () => [] };

function recordOf(boxId: string, seq: number): PostRecord {
  const target = { channelId: 'town' };
  return { boxId, target, phase: 'posted', pendingPostId: boxId, postId: 'p', seq, owedFinal: false, final: false, createdAt: 0 };
}

/** A memory on a disk that can be full. */
function onDisk(): {
  memory: StateStore<EntryOfSession>;
  fill(isFull: boolean): void;
  restarted(): StateStore<EntryOfSession>;
  stored(): PostRecord[];
} {
  const folder = tempFolder('memory');
  const checkpoint = openCheckpoint(folder, quiet);
  onTestFinished(() => {
    checkpoint.close();
    rmSync(folder, { recursive: true });
  });
  let isFull = false;
  const disk: Checkpoint = {
    rows: (kind) => checkpoint.rows(kind),
    write: (changes) => !isFull && checkpoint.write(changes),
    problem: () => undefined,
    close: () => undefined,
  };
  const restarted = (): StateStore<EntryOfSession> => new StateStore(checkpoint, nothing);
  return {
    memory: new StateStore(disk, nothing),
    fill: (full) => void (isFull = full),
    restarted,
    stored: () => restarted().posts.records(),
  };
}

/** A memory of sessions that change, with what was written by each transaction. */
function living(): {
  memory: StateStore<EntryOfSession>;
  sessions: Map<string, Session>;
  transactions: string[][];
  refuse(isFull: boolean): void;
  restarted(): StateStore<EntryOfSession>;
} {
  const sessions = new Map<string, Session>();
  const transactions: string[][] = [];
  let isFull = false;
  const checkpoint = rowsInMemory((changes) => {
    if (!isFull) transactions.push(changes.map(({ kind, key, value }) => `${value === undefined ? 'no ' : ''}${kind} ${key}`));
    return !isFull;
  });
  const restarted = (): StateStore<EntryOfSession> => new StateStore(checkpoint, { sessions: () => sessions, entries: () => [] });
  return { memory: restarted(), sessions, transactions, refuse: (full) => void (isFull = full), restarted };
}

function withTurn(key: string): Session {
  return reduce(newSession(key), { type: 'turn_started', source: 'gateway', sessionKey: key, at: 1_000, trigger: { kind: 'operator' } });
}

describe('what a full disk did not take', () => {
  it('is written by the first flush after there is room again, in its newest form', () => {
    const { memory, fill, stored } = onDisk();
    memory.posts.save(recordOf('old', 1));
    fill(true);
    memory.posts.save(recordOf('box', 1));
    memory.posts.save(recordOf('box', 2));
    memory.posts.drop('old');
    memory.flush();
    expect(stored()).toEqual([recordOf('old', 1)]);
    fill(false);
    memory.flush();
    expect(stored()).toEqual([recordOf('box', 2)]);
  });

  it('does not come back over what was written since', () => {
    const { memory, fill, stored } = onDisk();
    fill(true);
    memory.posts.save(recordOf('box', 1));
    fill(false);
    memory.posts.save(recordOf('box', 2));
    memory.flush();
    expect(stored()).toEqual([recordOf('box', 2)]);
  });

  it('may be a waiting time that the server asked for', () => {
    const { memory, fill, restarted } = onDisk();
    fill(true);
    memory.setBlockedUntil(1_000);
    memory.setBlockedUntil(2_000);
    expect(restarted().blockedUntil()).toBeUndefined();
    fill(false);
    memory.flush();
    expect(restarted().blockedUntil()).toBe(2_000);
  });
});

describe('what changed', () => {
  it('is written in one transaction, a session together with how far its source was read, and written once', () => {
    const { memory, sessions, transactions } = living();
    sessions.set('a', withTurn('a'));
    memory.positions.set('files', '/a.jsonl', 7);
    memory.flush();
    memory.flush();
    expect(transactions).toEqual([['session a', 'position files /a.jsonl']]);
  });

  it('is no session that has no turn, and nothing of one that was forgotten', () => {
    const { memory, sessions, transactions } = living();
    sessions.set('a', withTurn('a'));
    sessions.set('b', newSession('b'));
    memory.flush();
    sessions.delete('a');
    memory.flush();
    expect(transactions).toEqual([['session a'], ['no session a']]);
  });

  it('is what changed since the process before, whose sessions were taken over', () => {
    const { memory, sessions, transactions, restarted } = living();
    for (const key of ['a', 'b']) sessions.set(key, withTurn(key));
    memory.flush();
    const next = restarted();
    for (const { session } of next.sessions.stored()) sessions.set(session.key, session);
    for (const key of ['a', 'b']) sessions.set(key, withTurn(key));
    sessions.set('b', { ...withTurn('b'), label: 'changed' });
    next.flush();
    expect(transactions).toEqual([['session a', 'session b'], ['journal 2']]);
    expect(
      restarted()
        .sessions.stored()
        .map(({ session }) => session.label),
    ).toEqual([undefined, 'changed']);
  });

  it('is on disk before the first word about a post of it', () => {
    const { memory, sessions, transactions } = living();
    sessions.set('a', withTurn('a'));
    memory.posts.save(recordOf('box', 1));
    expect(transactions).toEqual([['session a'], ['post box']]);
  });

  it('by one piece of work is on disk after it, in one transaction, also the first word about posts', () => {
    const { memory, sessions, transactions, refuse, restarted } = living();
    sessions.set('a', withTurn('a'));
    memory.together(() => ['one', 'two'].forEach((boxId) => memory.posts.save(recordOf(boxId, 1))));
    expect(transactions).toEqual([['post one', 'post two', 'session a']]);
    refuse(true);
    memory.together(() => memory.posts.save(recordOf('three', 1)));
    refuse(false);
    memory.flush();
    expect(restarted().posts.records()).toEqual(['one', 'two', 'three'].map((boxId) => recordOf(boxId, 1)));
  });

  it('is asked of every part that was added, which hears of it when it is written', () => {
    const { memory, transactions, refuse } = living();
    let [found, heard] = [1, 0];
    memory.add({
      changes: () => (found > heard ? [{ kind: 'fact', key: 'found', value: found }] : []),
      written: () => void (heard = found),
    });
    refuse(true);
    memory.flush();
    expect(heard).toBe(0);
    refuse(false);
    found = 2;
    memory.flush();
    memory.flush();
    expect([heard, transactions]).toEqual([2, [['fact found']]]);
  });
});

describe('how far files were read', () => {
  const FIXTURE = new URL('../../fixtures/checkpoint-0.1.0/checkpoint.sqlite', import.meta.url);

  it('is given to the source that read them, and to no other', () => {
    const { memory, restarted } = onDisk();
    memory.positions.set('files', '/a', { offset: 1 });
    memory.positions.set('files', '/gone', { offset: 2 });
    memory.positions.set('files-too', '/a', { offset: 3 });
    memory.flush();
    memory.positions.set('files', '/gone', undefined);
    memory.flush();
    expect(restarted().positions.stored('files')).toEqual(new Map([['/a', { offset: 1 }]]));
    expect(restarted().positions.stored('files-too')).toEqual(new Map([['/a', { offset: 3 }]]));
    expect(restarted().positions.stored('fil')).toEqual(new Map());
  });

  it('is what the older version read last, where somebody went back to that for a while', () => {
    const checkpoint = rowsInMemory();
    const newer = new StateStore(checkpoint, nothing);
    for (const path of ['/a', '/gone-meanwhile']) newer.positions.set('transcripts', path, { offset: 1 });
    newer.positions.set('files', '/a', { offset: 2 });
    newer.flush();
    checkpoint.write([{ kind: 'source', key: '/a', value: { offset: 9 } }]);
    const again = new StateStore(checkpoint, nothing);
    expect(again.positions.stored('transcripts')).toEqual(new Map([['/a', { offset: 9 }]]));
    again.flush();
    const restarted = new StateStore(checkpoint, nothing);
    expect(restarted.positions.stored('transcripts')).toEqual(new Map([['/a', { offset: 9 }]]));
    expect(restarted.positions.stored('files')).toEqual(new Map([['/a', { offset: 2 }]]));
  });

  it('belongs to the transcripts where a version wrote it that knew no other source', () => {
    const folder = tempFolder('memory');
    copyFileSync(FIXTURE, join(folder, 'checkpoint.sqlite'));
    const checkpoint = openCheckpoint(folder, quiet);
    onTestFinished(() => checkpoint.close());
    const before = new Map(checkpoint.rows('source').map(({ key, value }) => [key, value]));
    expect(before.size).toBe(4);
    const memory = new StateStore(checkpoint, nothing);
    expect(memory.positions.stored('transcripts')).toEqual(before);
    const [path = ''] = before.keys();
    memory.positions.set('transcripts', path, { offset: 9 });
    memory.flush();
    expect(checkpoint.rows('source')).toEqual([]);
    expect(new StateStore(checkpoint, nothing).positions.stored('transcripts').get(path)).toEqual({ offset: 9 });
    expect(new StateStore(checkpoint, nothing).positions.stored('gateway').size).toBe(0);
  });
});

describe('a task with meters, notes and a wait', () => {
  it('is the same after a restart, also what changed in it since it was written whole', () => {
    const folder = tempFolder('task-memory');
    const checkpoint = openCheckpoint(folder, quiet);
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const sessions = new Map<string, Session>();
    const memory = new StateStore<EntryOfSession>(checkpoint, { sessions: () => sessions, entries: () => [] });
    const tell = (event: Parameters<typeof reduce>[1]): void => {
      sessions.set('task', reduce(sessions.get('task') ?? newSession('task'), event));
      memory.flush();
    };
    const common = { sessionKey: 'task', source: 'mesh', at: 1 };
    tell({ ...common, type: 'session_seen', agentId: 'mesh', title: 'T-001 node-a' });
    tell({ ...common, type: 'turn_started', trigger: { kind: 'operator' } });
    tell({ ...common, type: 'meter_changed', name: 'Budget', used: 1, of: 10 });
    tell({ ...common, type: 'noted', noteId: 'n', text: 'one', severity: 'info' });
    tell({ ...common, type: 'meter_changed', name: 'Budget', used: 9, of: 10 });
    tell({ ...common, type: 'noted', noteId: 'n', text: 'two', severity: 'critical' });
    tell({ ...common, type: 'waiting_started', waitId: 'w', on: 'gate', who: 'anybody', copy: ['yes'] });
    checkpoint.close();
    const again = openCheckpoint(folder, quiet);
    onTestFinished(() => again.close());
    const [stored] = new StateStore<EntryOfSession>(again, nothing).sessions.stored();
    expect(stored?.session).toEqual(sessions.get('task'));
    expect(stored?.session.turns[0]).toMatchObject({ meters: [{ used: 9 }], notes: [{ text: 'two' }], waiting: [{ on: 'gate' }] });
  });
});
