// Reads a stretch of a file and splits it into lines. The position is kept in tail.ts.

import { readSync } from 'node:fs';
import { EMPTY_FINGERPRINT, type Fingerprint, fingerprintOfEnd, fingerprintOfStart, matches } from './fingerprint.ts';
import { type Framing, NEWLINE, type SplitLine, splitLines } from './line-splitter.ts';
import type { FileIdentity } from './open-file.ts';

/** Where a tail stands. Plain data; `offset` is in bytes, `before` and `head` fingerprint what lies in front of it. */
export interface TailPosition {
  dev: string;
  ino: string;
  offset: number;
  /** The offset lies inside a line that is dropped up to its end. */
  skipping: boolean;
  before: Fingerprint;
  head: Fingerprint;
}

export interface Limits extends Framing {
  /** Bytes per read. */
  chunkBytes: number;
}

/** No newline was found between the position and the byte `upTo`. `end` fingerprints the bytes before `upTo`. */
export interface Searched {
  upTo: number;
  end: Fingerprint;
}

/** `shorter`: the file now ends before the position. `different`: the bytes in front of the position have changed. */
export type Stretch =
  | { kind: 'shorter' }
  | { kind: 'different' }
  | {
      kind: 'lines';
      lines: SplitLine[];
      position: TailPosition;
      more: boolean;
      longLines: number;
      nulBlocks: number;
      searched?: Searched | undefined;
    };

// Short lines are many in one chunk, and each takes a part of a millisecond to decode and fold.
const MOST_LINES = 128;
// An unfinished line longer than this many chunks is not read from its beginning again when it has grown.
const LONG_CHUNKS = 8;

/** The bytes at this offset: fewer than `length` at the end of the file. They are put `into` this space when it is given. */
export function readAt(fd: number, at: number, length: number, into = Buffer.allocUnsafe(length)): Buffer {
  let filled = 0;
  while (filled < length) {
    const count = readSync(fd, into, filled, length - filled, at + filled);
    if (count === 0) break;
    filled += count;
  }
  return into.subarray(0, filled);
}

/** The beginning of a file as the position of a tail that has read nothing of it. */
export function positionAtStart(identity: { dev: string; ino: string }): TailPosition {
  return { dev: identity.dev, ino: identity.ino, offset: 0, skipping: false, before: EMPTY_FINGERPRINT, head: EMPTY_FINGERPRINT };
}

/**
 * Reads on from `position`, after making sure that the bytes in front of it are still the same.
 * The `end` of each line is an offset in the file. For a line longer than a chunk the stretch grows, up to the longest allowed line.
 * What the previous read has `searched` of it is not read again.
 */
export function readStretch(fd: number, identity: FileIdentity, position: TailPosition, limits: Limits, searched?: Searched): Stretch {
  const head = readAt(fd, 0, position.head.length);
  if (head.length < position.head.length) return { kind: 'shorter' };
  if (!matches(position.head, head)) return { kind: 'different' };
  const first = readWindow(fd, identity, position, limits.chunkBytes);
  if (searched !== undefined && hasPrefix(first, position)) {
    const further = searchOn(fd, identity, position, limits, searched);
    if (further !== undefined) return { kind: 'lines', lines: [], position, more: false, longLines: 0, nulBlocks: 0, searched: further };
  }
  let window = first;
  for (let want = limits.chunkBytes; ; want *= 4) {
    const prefix = window.bytes.subarray(0, position.before.length);
    if (prefix.length < position.before.length) return { kind: 'shorter' };
    if (!matches(position.before, prefix)) return { kind: 'different' };
    const split = splitLines(window.bytes.subarray(prefix.length), limits, position.skipping, MOST_LINES);
    if (split.consumed > 0 || window.atEnd)
      return { ...advanced(position, identity, window, split), searched: searchedIn(window, position, split, limits) };
    window = readWindow(fd, identity, position, want * 4);
  }
}

function hasPrefix({ bytes }: Window, { before }: TailPosition): boolean {
  return matches(before, bytes.subarray(0, before.length));
}

/** How far the search has come now; `undefined` when there may be a line, it is too long, or the searched bytes have changed. */
function searchOn(
  fd: number,
  { size }: FileIdentity,
  { offset }: TailPosition,
  { chunkBytes, maxLineBytes }: Limits,
  { upTo, end }: Searched,
): Searched | undefined {
  const ahead = size - upTo;
  if (ahead < 0 || ahead > chunkBytes * LONG_CHUNKS || size - offset > maxLineBytes) return undefined;
  const bytes = readAt(fd, upTo - end.length, end.length + ahead);
  const fresh = bytes.subarray(end.length);
  if (!matches(end, bytes.subarray(0, end.length)) || fresh.length < ahead || fresh.includes(NEWLINE)) return undefined;
  return { upTo: size, end: fingerprintOfEnd(bytes) };
}

function searchedIn(
  { bytes }: Window,
  { offset, before }: TailPosition,
  { consumed }: { consumed: number },
  { chunkBytes }: Limits,
): Searched | undefined {
  const length = bytes.length - before.length;
  return consumed > 0 || length < chunkBytes * LONG_CHUNKS ? undefined : { upTo: offset + length, end: fingerprintOfEnd(bytes) };
}

interface Window {
  bytes: Buffer;
  atEnd: boolean;
}

/** Windows are used one after the other and are gone when the stretch is read: a new space for each would cost more than the reading. */
const SPACE = Buffer.allocUnsafeSlow(128 * 1024);

/** The fingerprinted bytes in front of the position together with what follows it, in one read. */
function readWindow(fd: number, identity: FileIdentity, position: TailPosition, want: number): Window {
  const ahead = Math.min(want, identity.size - position.offset);
  const length = position.before.length + ahead;
  const bytes = readAt(fd, position.offset - position.before.length, length, length <= SPACE.length ? SPACE : undefined);
  const isShort = bytes.length < length;
  return { bytes, atEnd: isShort || position.offset + ahead >= identity.size };
}

function advanced(
  position: TailPosition,
  identity: FileIdentity,
  window: Window,
  split: ReturnType<typeof splitLines>,
): Extract<Stretch, { kind: 'lines' }> {
  const seen = window.bytes.subarray(0, position.before.length + split.consumed);
  const startsAtZero = position.offset === position.before.length;
  const after: TailPosition = {
    dev: identity.dev,
    ino: identity.ino,
    offset: position.offset + split.consumed,
    skipping: split.skipping,
    before: split.consumed === 0 ? position.before : fingerprintOfEnd(seen),
    head: startsAtZero && split.consumed > 0 ? fingerprintOfStart(seen) : position.head,
  };
  const lines = split.lines.map((line) => ({ ...line, end: position.offset + line.end }));
  return {
    kind: 'lines',
    lines,
    position: after,
    more: split.isPart || !window.atEnd,
    longLines: split.longLines,
    nulBlocks: split.nulBlocks,
  };
}
