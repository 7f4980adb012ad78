// Keeps what must survive a crash as plain JSON rows in one SQLite file. Does not know what the rows mean.
//
// SQLite rather than a journal of our own: it comes with Node and recovers torn writes. Its WAL makes one transaction of a session
// and the position in its file. `synchronous=NORMAL` never corrupts. A power cut may lose the last moments; reading on from an
// older offset restores them.

import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { errorText } from '../core/error-code.ts';
import type { Logger } from '../core/log.ts';
import { ensurePrivate, makePrivate } from '../process/private-file.ts';
import { renameIfThere } from '../process/rename-if-there.ts';

/**
 * Each kind of row has its own keys. The `journal` says what changed in `session` rows. `source` rows are positions of version 0.1, which did
 * not store their source.
 */
export type RowKind = 'session' | 'journal' | 'post' | 'thread' | 'position' | 'source' | 'fact' | 'ended';

export interface Row {
  kind: RowKind;
  key: string;
  value: unknown;
}

/** `undefined` deletes the row. */
export type Change = { kind: RowKind; key: string; value: unknown };

/** A part of the stored state. The changes of all parts are written together. */
export interface StoredPart {
  /** Rows that are not on disk yet. `isLast`: the process ends, and any version may read them next. */
  changes(isLast?: boolean): Change[];
  /** Call directly after all changes were written. */
  written(): void;
}

export interface Checkpoint {
  /** Whether it keeps rows of that kind; absent: it keeps all. */
  keeps?(kind: RowKind): boolean;
  rows(kind: RowKind): Row[];
  /** Writes all changes or none. Returns whether they are on disk; `problem()` says why not. */
  write(changes: readonly Change[]): boolean;
  /** Why the checkpoint cannot be written, for people; `undefined` when it can. */
  problem(): string | undefined;
  close(): void;
}

const FORMAT_VERSION = 1;
const SELECT = 'SELECT key, value FROM rows WHERE kind = ?';
const FILE_NAME = 'checkpoint.sqlite';
const SIDE_FILES = ['-wal', '-shm'];

/**
 * Opens the checkpoint in `stateDir` (mode 0700; its files 0600). A damaged or newer file is moved aside and named in the log. When
 * nothing can be written at all, the checkpoint is kept in memory and `problem()` says so. Never throws.
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

/** What a watcher, running or not, has stored in that directory, to be read only. `undefined` when there is nothing that can be read. */
export function readOnlyCheckpoint(stateDir: string): Pick<Checkpoint, 'rows' | 'close'> | undefined {
  try {
    const database = new DatabaseSync(join(stateDir, FILE_NAME), { readOnly: true });
    const select = database.prepare(SELECT);
    return { rows: (kind) => select.all(kind).flatMap((row) => parseRow(kind, row)), close: () => database.close() };
  } catch {
    return undefined;
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

/** The file contains text of agents. SQLite gives its side files the mode of the file; an earlier version left them readable. */
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
  const select = database.prepare(SELECT);
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

/** A row that is not JSON is skipped: one bad row must not cost all the others. */
function parseRow(kind: RowKind, row: Record<string, unknown>): Row[] {
  try {
    return [{ kind, key: String(row['key']), value: JSON.parse(String(row['value'])) }];
  } catch {
    return [];
  }
}
