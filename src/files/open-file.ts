// Opens files safely, because others may have put them there: only regular files, no links but an operator's, never blocking.
// Synchronous: what is asked here takes some microseconds, and handing it to a thread and back costs ten times as much.

import { closeSync, constants, fstatSync, openSync, realpathSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { errorCode } from '../core/error-code.ts';

/** Why a path was not read. `missing` is normal and `exhausted` is temporary; the others are problems of that path. */
export type Refusal = 'missing' | 'symlink' | 'not_a_file' | 'outside' | 'unreadable' | 'exhausted' | 'failed';

/** `fd` is the descriptor. Whoever opened it closes it. */
export type Opened = { kind: 'open'; fd: number; identity: FileIdentity } | { kind: 'refused'; refusal: Refusal };

/** What distinguishes files. Inode and device are strings because both may exceed 2^53. Times are milliseconds since the epoch. */
export interface FileIdentity {
  dev: string;
  ino: string;
  size: number;
  mtimeMs: number;
  /** Differs whenever the content may differ: made of all of the above, to the nanosecond. */
  version: string;
  /** When anything about it changed, also its name, owner or permissions: nanoseconds since the epoch. */
  changedNs: bigint;
  /** Who may read it. */
  mode: bigint;
  uid: bigint;
  gid: bigint;
}

// Without O_NONBLOCK, opening a FIFO would wait for a writer for ever.
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/** The root below which files may be read; `undefined` trusts the path (one that the operator named). */
export type Root = string | undefined;

/** Where a file is, and what its path is trusted to be. */
export interface FilePlace {
  path: string;
  root: Root;
  /** Only for a path that the operator named: it may be a symbolic link. */
  followsLinks?: boolean | undefined;
}

/**
 * Opens a regular file for reading. Checks it again after the open, so that a swapped path is noticed.
 * The caller closes the handle. Never throws; `refusal` says what went wrong.
 */
export function openRegular({ path, root, followsLinks = false }: FilePlace): Opened {
  try {
    if (root !== undefined && !isInside(dirname(path), root)) return { kind: 'refused', refusal: 'outside' };
    return examined(openSync(path, followsLinks ? FLAGS : FLAGS | constants.O_NOFOLLOW));
  } catch (error) {
    return { kind: 'refused', refusal: refusalOf(error) };
  }
}

function examined(fd: number): Opened {
  try {
    const stats = fstatSync(fd, { bigint: true });
    if (stats.isFile()) return { kind: 'open', fd, identity: identityOf(stats) };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  closeSync(fd);
  return { kind: 'refused', refusal: 'not_a_file' };
}

/** The folder must be where its name says: no symbolic link between the root and it. Throws the file system's errors. */
export function isInside(folder: string, root: string): boolean {
  const below = relative(root, folder);
  return !below.startsWith('..') && realpathSync.native(folder) === join(realpathSync.native(root), below);
}

type Stats = Record<'dev' | 'ino' | 'mode' | 'uid' | 'gid' | 'size' | 'mtimeMs' | 'mtimeNs' | 'ctimeNs', bigint>;

/** The parts of a `stat` that identify a file. */
export function identityOf({ dev, ino, mode, uid, gid, size, mtimeMs, mtimeNs, ctimeNs }: Stats): FileIdentity {
  const version = `${dev}:${ino}:${size}:${mtimeNs}`;
  return { dev: `${dev}`, ino: `${ino}`, size: Number(size), mtimeMs: Number(mtimeMs), version, changedNs: ctimeNs, mode, uid, gid };
}

/** Opens the file, calls `use` with it or with the refusal, and closes it. Throws what `use` throws. */
export async function withRegular<T>(file: FilePlace, use: (opened: Opened) => T | Promise<T>): Promise<T> {
  const opened = openRegular(file);
  try {
    return await use(opened);
  } finally {
    if (opened.kind === 'open') closeSync(opened.fd);
  }
}

const REASONS: Readonly<Record<Refusal, string>> = {
  missing: 'it does not exist',
  symlink: 'it is a symbolic link',
  not_a_file: 'it is not a regular file',
  outside: 'it lies behind a symbolic link',
  unreadable: 'permission denied',
  exhausted: 'no file handles or no memory are left',
  failed: 'the file system refuses to read it',
};

/** For people: why a file was not read. */
export function reasonOf(refusal: Refusal): string {
  return REASONS[refusal];
}

/** Maps an error of `open`, `stat` or `readdir` to the reason a path was not read. */
export function refusalOf(error: unknown): Refusal {
  switch (errorCode(error) ?? '') {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'missing';
    case 'ELOOP':
    case 'EMLINK':
      return 'symlink';
    // A socket or a device without a driver cannot be opened at all.
    case 'ENXIO':
    case 'ENODEV':
    case 'EISDIR':
      return 'not_a_file';
    case 'EACCES':
    case 'EPERM':
      return 'unreadable';
    case 'EMFILE':
    case 'ENFILE':
    case 'ENOMEM':
      return 'exhausted';
    default:
      return 'failed';
  }
}
