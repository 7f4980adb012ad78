// Adds entries to the ledger: locks it, reads the last hash inside the lock, writes, unlocks. Keeps nothing between two calls.

import { closeSync, constants, fdatasync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { errorCode, errorText } from '../../core/error-code.ts';
import { decodeEntry, encodeEntry, isSameEntry, type LedgerEntry, type OwnEntry, ZERO_HASH } from './entry.ts';
import { lockFile } from './file-lock.ts';
import { MAX_LINE_BYTES } from './ledger-lines.ts';

/** An entry to write. `isDoubtful`: an earlier process may have written it already. */
export interface WaitingEntry {
  entry: OwnEntry;
  isDoubtful: boolean;
}

export interface AppendOptions {
  path: string;
  /** Whether a missing ledger may be begun. */
  create: boolean;
  lockWaitSeconds: number;
  lockProgram?: string;
}

/** `written` entries are the first ones of those given. Without a lock (`unlocked`) other writers may fork the chain. */
export type AppendResult =
  | { kind: 'written'; written: number; unlocked?: string; healedTornLine: boolean }
  | { kind: 'failed'; because: string };

const GENESIS = { action: 'genesis', detail: 'Ledger begun without a lineage anchor' };
const TAIL_BYTES = 65_536;
const SEARCHED_BYTES = 4 * MAX_LINE_BYTES; // an entry of an earlier process is searched for this far from the end

/** Writes the entries in order. A line that could not be written whole is removed again, so that none of ours stays torn. Never rejects. */
export async function appendEntries(waiting: readonly WaitingEntry[], options: AppendOptions): Promise<AppendResult> {
  let fd: number | undefined;
  try {
    fd = openLedger(options);
    if (!fstatSync(fd).isFile()) return { kind: 'failed', because: 'it is not a regular file' };
    const locked = await lockFile(fd, options.lockWaitSeconds, options.lockProgram);
    if (locked.kind === 'busy') return { kind: 'failed', because: `another writer has held its lock for ${options.lockWaitSeconds}s` };
    const result = writeAll(fd, waiting, locked.kind === 'locked');
    await promisify(fdatasync)(fd);
    return locked.kind === 'missing' ? { ...result, unlocked: locked.because } : result;
  } catch (error) {
    return { kind: 'failed', because: errorCode(error) === 'ENOENT' ? 'it does not exist' : errorText(error) };
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function openLedger({ path, create }: AppendOptions): number {
  if (create) mkdirSync(dirname(path), { recursive: true });
  return openSync(path, constants.O_RDWR | constants.O_APPEND | constants.O_NONBLOCK | (create ? constants.O_CREAT : 0), 0o644);
}

function writeAll(fd: number, waiting: readonly WaitingEntry[], isAlone: boolean): AppendResult & { kind: 'written' } {
  const end = readEnd(
    fd,
    waiting.some(({ isDoubtful }) => isDoubtful),
  );
  let previousHash = end.lastHash ?? beginLedger(fd, isAlone, waiting[0]?.entry);
  if (end.needsLineFeed) writeWhole(fd, '\n', isAlone);
  for (const { entry, isDoubtful } of waiting) {
    if (isDoubtful && end.entries.some((found) => isSameEntry(found, entry))) continue;
    const { line, hash } = encodeEntry(entry, previousHash);
    writeWhole(fd, line, isAlone);
    previousHash = hash;
  }
  return { kind: 'written', written: waiting.length, healedTornLine: end.isTorn };
}

/** The first entry of a new ledger says that it has no lineage. */
function beginLedger(fd: number, isAlone: boolean, first: OwnEntry | undefined): string {
  if (first === undefined || fstatSync(fd).size > 0) return ZERO_HASH;
  const { line, hash } = encodeEntry({ ...first, ...GENESIS }, ZERO_HASH);
  writeWhole(fd, line, isAlone);
  return hash;
}

/** Without the lock nothing is removed again: it might be another writer's line. */
function writeWhole(fd: number, text: string, isAlone: boolean): void {
  const before = fstatSync(fd).size;
  const bytes = Buffer.from(text);
  try {
    if (writeSync(fd, bytes) !== bytes.length) throw new Error('the disk took only part of a line');
  } catch (error) {
    if (isAlone && fstatSync(fd).size > before) ftruncateSync(fd, before);
    throw error;
  }
}

interface LedgerEnd {
  /** Of the last whole entry; absent when there is none. No entry links to a torn line. */
  lastHash?: string;
  isTorn: boolean;
  needsLineFeed: boolean;
  /** The last entries, newest first, as far as they were read. */
  entries: LedgerEntry[];
}

/** Reads backwards to a whole entry, or far enough to find ours again. */
function readEnd(fd: number, isThorough: boolean): LedgerEnd {
  const { size } = fstatSync(fd);
  let length = isThorough ? Math.min(size, SEARCHED_BYTES) : Math.min(size, TAIL_BYTES);
  for (;;) {
    const end = endIn(readTail(fd, size, length), length === size);
    if (end.lastHash !== undefined || length === size) return end;
    length = Math.min(size, length * 8);
  }
}

function readTail(fd: number, size: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const count = readSync(fd, buffer, done, length - done, size - length + done);
    if (count === 0) break;
    done += count;
  }
  return buffer.subarray(0, done);
}

function endIn(tail: Buffer, isWhole: boolean): LedgerEnd {
  const needsLineFeed = tail.length > 0 && tail.at(-1) !== 10;
  const lines = tail.toString('utf8').split('\n');
  if (!isWhole) lines.shift(); // begins in the middle
  const isTorn = needsLineFeed && decodeEntry(lines.at(-1) ?? '') === undefined;
  const entries = lines
    .toReversed()
    .map(decodeEntry)
    .filter((entry) => entry !== undefined);
  const lastHash = entries[0]?.hash;
  return { isTorn, needsLineFeed, entries, ...(lastHash === undefined ? {} : { lastHash }) };
}
