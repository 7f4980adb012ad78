// Owns what must survive a crash, as plain JSON rows in one SQLite file. Knows nothing of what the rows mean.
//
// SQLite rather than an own journal: it is in Node itself, its WAL makes one transaction of a session's state and of how far
// its source was read, and it knows how to recover a torn write. `synchronous=NORMAL` never corrupts; a power cut may lose the
// last moments, which reading on from an older offset makes good.

import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { errorText } from '../core/error-code.ts';
import type { Logger } from '../core/log.ts';
import { ensurePrivate, makePrivate } from '../runtime/private-file.ts';
import { renameIfThere } from '../runtime/rename-if-there.ts';

/** Each kind of row has its own key space. `source` is what a version wrote that did not say whose a position is. */
export type RowKind = 'session' | 'post' | 'position' | 'source' | 'fact';

export interface Row {
  kind: RowKind;
  key: string;
  value: unknown;
}

/** `undefined` deletes the row. */
export type Change = { kind: RowKind; key: string; value: unknown };

/** One of those who keep rows; what changed in all of them is written together. */
export interface StoredPart {
  /** What is not on disk yet. */
  changes(): Change[];
  /** Call directly after all of that was written. */
  written(): void;
}

export interface Checkpoint {
  rows(kind: RowKind): Row[];
  /** Writes all changes or none. Returns whether they are on disk; a failure is remembered in `problem()`. */
  write(changes: readonly Change[]): boolean;
  /** What keeps the checkpoint from being written, in words, while it does. */
  problem(): string | undefined;
  close(): void;
}

const FORMAT_VERSION = 1;
const FILE_NAME = 'checkpoint.sqlite';
const SIDE_FILES = ['-wal', '-shm'];

/**
 * Opens the checkpoint in `stateDir` (mode 0700; its files 0600). A damaged or newer file is moved aside and named in the log; where nothing can
 * be written at all the checkpoint lives in memory and says so in `problem()`. Never throws.
 */
export function openCheckpoint(stateDir: string, log: Logger): Checkpoint {
  const path = join(stateDir, FILE_NAME);
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    return sqliteCheckpoint(openOrMoveAside(path, log), log, undefined);
  } catch (error) {
    const problem = `the state directory ${stateDir} cannot be used (${errorText(error)}); after a restart boxes are found again by their posts only`;
    log.error({ stateDir }, `Nothing is remembered across restarts: ${problem}.`);
    return sqliteCheckpoint(prepare(new DatabaseSync(':memory:')), log, problem);
  }
}

function openOrMoveAside(path: string, log: Logger): DatabaseSync {
  try {
    return prepare(openPrivately(path));
  } catch (error) {
    if (!isDamage(error)) throw error;
    const aside = `${path}.damaged-${new Date().toISOString().replaceAll(':', '-')}`;
    renameSync(path, aside);
    for (const suffix of SIDE_FILES) renameIfThere(path + suffix, aside + suffix);
    log.error(
      { movedTo: aside, reason: errorText(error) },
      'The checkpoint could not be read. It was moved aside and a new one begun; boxes are found again by their posts.',
    );
    return prepare(openPrivately(path));
  }
}

/** There are words of agents in it. What SQLite puts beside it gets the mode of the file itself, and an earlier version left it open. */
function openPrivately(path: string): DatabaseSync {
  ensurePrivate(path);
  for (const suffix of SIDE_FILES) makePrivate(path + suffix);
  return new DatabaseSync(path);
}

function prepare(database: DatabaseSync): DatabaseSync {
  try {
    database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=1000;');
    const version = Number(Object.values(database.prepare('PRAGMA user_version').get() ?? {})[0]);
    if (version > FORMAT_VERSION) throw new DamageError(`its format ${version} is newer than ${FORMAT_VERSION}`);
    database.exec(`CREATE TABLE IF NOT EXISTS rows (kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
      PRAGMA user_version=${FORMAT_VERSION};`);
    const check = Object.values(database.prepare('PRAGMA quick_check(1)').get() ?? {})[0];
    if (check !== 'ok') throw new DamageError(String(check));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

class DamageError extends Error {}

const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

function isDamage(error: unknown): boolean {
  if (error instanceof DamageError) return true;
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}

function sqliteCheckpoint(database: DatabaseSync, log: Logger, lasting: string | undefined): Checkpoint {
  const put = database.prepare(
    'INSERT INTO rows (kind, key, value) VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value',
  );
  const remove = database.prepare('DELETE FROM rows WHERE kind = ? AND key = ?');
  const select = database.prepare('SELECT key, value FROM rows WHERE kind = ?');
  let failure: string | undefined;

  function write(changes: readonly Change[]): boolean {
    if (changes.length === 0) return failure === undefined;
    try {
      inTransaction(database, () => changes.forEach((change) => apply(put, remove, change)));
      if (failure !== undefined) log.info({}, 'The checkpoint can be written again.');
      failure = undefined;
    } catch (error) {
      if (failure === undefined)
        log.error(
          { reason: errorText(error) },
          'The checkpoint cannot be written. Boxes go on; a crash now would make the next start search for its posts.',
        );
      failure = errorText(error);
    }
    return failure === undefined;
  }

  return {
    rows: (kind) => select.all(kind).flatMap((row) => parseRow(kind, row)),
    write,
    problem: () => lasting ?? failure,
    close: () => database.close(),
  };
}

function inTransaction(database: DatabaseSync, run: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    run();
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function apply(put: StatementSync, remove: StatementSync, change: Change): void {
  if (change.value === undefined) remove.run(change.kind, change.key);
  else put.run(change.kind, change.key, JSON.stringify(change.value));
}

/** A row that is no JSON is skipped: one bad row must not cost all the others. */
function parseRow(kind: RowKind, row: Record<string, unknown>): Row[] {
  try {
    return [{ kind, key: String(row['key']), value: JSON.parse(String(row['value'])) }];
  } catch {
    return [];
  }
}
