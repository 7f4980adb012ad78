// Follows one file by identity and offset and returns its complete lines. Does not interpret them.

import type { Clock } from '../core/clock.ts';
import { findRenamed } from './find-renamed.ts';
import { matches } from './fingerprint.ts';
import { type SplitLine, splitLines } from './line-splitter.ts';
import { type FileIdentity, type FilePlace, type Opened, type Refusal, refusalOf } from './open-file.ts';
import { type FileOpener, OPENS_EACH_TIME } from './open-files.ts';
import { type Limits, positionAtStart, readAt, readStretch, type Searched, type Stretch, type TailPosition } from './read-at.ts';

/**
 * What one read found.
 * - `appended`: lines that follow the ones already returned (also from a file that was renamed away in the meantime).
 * - `rewritten`, `truncated`, `replaced`: the file's past has changed; `lines` begin at its start again.
 * - `settling`: the file is missing, or shorter than what was read of it; look again in `retryInMs`.
 * - `renamed`, `gone`: returned once, after the rest of a renamed file. The tail goes on when the path comes back.
 * With `more` there is more to read at once.
 */
export type TailRead =
  | { change: 'unchanged' }
  | { change: 'appended' | Restart; lines: SplitLine[]; mtimeMs: number; more: boolean; longLines: number; nulBlocks: number }
  | { change: 'settling'; retryInMs: number }
  | { change: 'renamed'; to: string }
  | { change: 'gone' }
  | { change: 'refused'; refusal: Exclude<Refusal, 'missing'> };

export type Restart = 'rewritten' | 'truncated' | 'replaced';

export interface TailOptions extends FilePlace, Partial<Limits> {
  clock: Pick<Clock, 'monotonic' | 'now'>;
  /** Default: the file is opened for each reading. */
  files?: FileOpener | undefined;
  /** Go on from this position if the bytes before it are unchanged. */
  resume?: TailPosition | undefined;
  /** Begin with the first line that starts at or after this byte. */
  from?: number | undefined;
  /** Whether the followed file may have this name after a rename within its folder. Without it a renamed file is gone. */
  isLaterName?: ((name: string) => boolean) | undefined;
  settleMs?: number;
}

// Limits the memory per read, and how long decoding blocks the event loop (a few milliseconds).
const CHUNK_BYTES = 64 * 1024;
const MAX_LINE_BYTES = 8 * 1024 * 1024;
// Some writers empty a file and write it anew all the time; it was seen empty for up to 80 ms.
const SETTLE_MS = 250;
// A file that keeps growing while it is shorter than before counts as truncated after this many settle times.
const MAX_SETTLES = 4;
// Clocks of file systems have ticks of some milliseconds: a file written within the last one may change again and look the same.
const TICK_MS = 2_000;
const NS_PER_MS = 1_000_000n;
const SHORTER: Stretch = { kind: 'shorter' };

/**
 * A tail of one file. Each reading is synchronous, so that many need no thread and no wait.
 * Limit: when a path is renamed away and created anew twice between two reads, the file in the middle is never seen.
 */
export class Tail {
  readonly #options: TailOptions;
  readonly #limits: Limits;
  #position: TailPosition | undefined;
  #searched: Searched | undefined;
  #unsettled: { since: number; stableSince: number; version: string } | undefined;
  #ended = false;
  #seen: FileIdentity | undefined;
  /** The file when nothing of it was unread. As long as it is like this it is not read again. */
  #asRead: FileIdentity | undefined;

  constructor(options: TailOptions) {
    this.#options = options;
    const { chunkBytes = CHUNK_BYTES, maxLineBytes = MAX_LINE_BYTES, everyLine } = options;
    this.#limits = { chunkBytes, maxLineBytes, everyLine };
    this.#position = options.resume;
  }

  /** Where the next read begins: plain data for the checkpoint. `undefined` before the file was seen. */
  position(): TailPosition | undefined {
    return this.#position;
  }

  /** The file as it was when it was opened last; `undefined` before that. */
  seen(): FileIdentity | undefined {
    return this.#seen;
  }

  /** Starts again at the first byte of the file. */
  rewind(): void {
    if (this.#position !== undefined) this.#position = positionAtStart(this.#position);
    this.#searched = undefined;
    this.#asRead = undefined;
  }

  /** Reads on. Never throws. */
  async read(): Promise<TailRead> {
    try {
      return this.#open(this.#options, (opened) => {
        if (opened.kind === 'open') return this.#readUnlessKnown(opened.fd, opened.identity);
        this.#asRead = undefined;
        return opened.refusal === 'missing' ? this.#missing() : { change: 'refused', refusal: opened.refusal };
      });
    } catch (error) {
      const refusal = refusalOf(error);
      return { change: 'refused', refusal: refusal === 'missing' ? 'failed' : refusal };
    }
  }

  /**
   * What a decoder must have seen to understand the next line: the first line, and the lines of at most `maxBytes` before the position.
   * Empty when there is nothing before it or the file's past has changed. Never throws.
   */
  async context(maxBytes: number): Promise<string[]> {
    const { from = 0 } = this.#options;
    const position = this.#position;
    try {
      return this.#open(this.#options, (opened) => {
        if (opened.kind !== 'open') return [];
        if (position !== undefined) return contextBefore(opened.fd, position, maxBytes, this.#limits);
        return from > 0 ? firstLine(opened.fd, from, this.#limits) : [];
      });
    } catch {
      return [];
    }
  }

  /** The text after the last complete line; `undefined` when there is none. Throws the file system's errors. */
  async rest(): Promise<Omit<SplitLine, 'end'> | undefined> {
    const { offset = 0, skipping = false } = this.#position ?? {};
    const length = Math.min((this.#seen?.size ?? 0) - offset, this.#limits.maxLineBytes);
    if (skipping) return { text: '', isTooLong: true };
    if (length <= 0) return undefined;
    return this.#open(this.#options, (opened) => {
      if (opened.kind === 'refused') return undefined;
      return { text: readAt(opened.fd, offset, length).toString('utf8') };
    });
  }

  #open<T>(place: FilePlace, use: (opened: Opened) => T): T {
    return (this.#options.files ?? OPENS_EACH_TIME).read(place, use);
  }

  /** A file that is as it was when all of it had been read costs nothing but the look at it. */
  #readUnlessKnown(fd: number, identity: FileIdentity): TailRead {
    if (this.#asRead !== undefined && isUnchanged(this.#asRead, identity)) return { change: 'unchanged' };
    this.#asRead = undefined;
    const read = this.#readOpen(fd, identity);
    const isOld = this.#options.clock.now() - Number(identity.changedNs / NS_PER_MS) > TICK_MS;
    if (read.change === 'unchanged' && isOld) this.#asRead = identity;
    return read;
  }

  #readOpen(fd: number, identity: FileIdentity): TailRead {
    this.#seen = identity;
    const position = this.#position;
    if (position === undefined) return this.#begin(fd, identity);
    const isSame = position.dev === identity.dev && position.ino === identity.ino;
    if (!isSame && !this.#ended) {
      const rest = this.#readRenamed(position);
      if (rest !== undefined && 'lines' in rest) return rest;
    }
    this.#ended = false;
    const searched = isSame ? this.#searched : undefined;
    const stretch = identity.size < position.offset ? SHORTER : readStretch(fd, identity, position, this.#limits, searched);
    // Only the same file can be in the middle of a rewrite; another file is complete as it is.
    if (stretch.kind === 'shorter' && isSame) return this.#shrunk(fd, identity);
    if (stretch.kind !== 'lines') return this.#restart(fd, identity, isSame ? 'rewritten' : 'replaced');
    this.#unsettled = undefined;
    return this.#advance(stretch, identity, 'appended');
  }

  #begin(fd: number, identity: FileIdentity): TailRead {
    const from = Math.min(this.#options.from ?? 0, identity.size);
    const start = positionAtStart(identity);
    // One byte earlier, so that a line that starts exactly at `from` is not taken for the rest of another one.
    if (from > 0) this.#position = { ...start, offset: from - 1, skipping: true };
    else this.#position = start;
    const stretch = readStretch(fd, identity, this.#position, this.#limits);
    return stretch.kind === 'lines' ? this.#advance(stretch, identity, 'appended') : { change: 'unchanged' };
  }

  #restart(fd: number, identity: FileIdentity, change: Restart): TailRead {
    this.#unsettled = undefined;
    this.#searched = undefined;
    this.#position = positionAtStart(identity);
    const stretch = readStretch(fd, identity, this.#position, this.#limits);
    if (stretch.kind === 'lines') return this.#advance(stretch, identity, change);
    return { change, lines: [], mtimeMs: identity.mtimeMs, more: false, longLines: 0, nulBlocks: 0 };
  }

  #advance(stretch: Extract<Stretch, { kind: 'lines' }>, { mtimeMs }: FileIdentity, change: 'appended' | Restart): TailRead {
    this.#searched = stretch.searched;
    const isIdle = change === 'appended' && stretch.position.offset === this.#position?.offset && !stretch.more;
    this.#position = stretch.position;
    if (isIdle) return { change: 'unchanged' };
    const { lines, more, longLines, nulBlocks } = stretch;
    return { change, lines, mtimeMs, more, longLines, nulBlocks };
  }

  #shrunk(fd: number, identity: FileIdentity): TailRead {
    const retryInMs = this.#settle(identity.version);
    return retryInMs > 0 ? { change: 'settling', retryInMs } : this.#restart(fd, identity, 'truncated');
  }

  #missing(): TailRead {
    const position = this.#position;
    if (position === undefined || this.#ended) return { change: 'unchanged' };
    const rest = this.#readRenamed(position);
    if (rest !== undefined) {
      this.#ended = rest.change === 'renamed';
      this.#unsettled = undefined;
      return rest;
    }
    const retryInMs = this.#settle('missing');
    if (retryInMs > 0) return { change: 'settling', retryInMs };
    this.#ended = true;
    this.#unsettled = undefined;
    return { change: 'gone' };
  }

  /** The rest of the followed file under the name it was renamed to; `renamed` when that was all. `undefined`: no such file. */
  #readRenamed(position: TailPosition): TailRead | undefined {
    const { path, root, isLaterName } = this.#options;
    const to = isLaterName === undefined ? undefined : findRenamed(path, position, isLaterName);
    if (to === undefined) return undefined;
    return OPENS_EACH_TIME.read({ path: to, root }, (opened): TailRead | undefined => {
      if (opened.kind === 'refused') return undefined;
      const read = this.#readRest(opened.fd, opened.identity, position);
      return read.change === 'unchanged' ? { change: 'renamed', to } : read;
    });
  }

  /** Nothing is written to a renamed file any more: what differs from what was read of it can be read again at once. */
  #readRest(fd: number, identity: FileIdentity, position: TailPosition): TailRead {
    if (identity.size < position.offset) return this.#restart(fd, identity, 'truncated');
    const stretch = readStretch(fd, identity, position, this.#limits);
    return stretch.kind === 'lines' ? this.#advance(stretch, identity, 'appended') : this.#restart(fd, identity, 'rewritten');
  }

  /**
   * Milliseconds until a shorter or missing file counts as truncated or gone; 0 when it does now. One that was written meanwhile was perhaps
   * whole in between, and is in the middle of another rewrite.
   */
  #settle(version: string): number {
    const settleMs = this.#options.settleMs ?? SETTLE_MS;
    const now = this.#options.clock.monotonic();
    const known = this.#unsettled ?? { since: now, stableSince: now, version };
    const unsettled = known.version === version ? known : { ...known, stableSince: now, version };
    this.#unsettled = unsettled;
    return Math.max(0, Math.min(unsettled.stableSince + settleMs, unsettled.since + MAX_SETTLES * settleMs) - now);
  }
}

function isUnchanged(before: FileIdentity, now: FileIdentity): boolean {
  return before.version === now.version && before.changedNs === now.changedNs;
}

function firstLine(fd: number, before: number, limits: Limits): string[] {
  const start = readAt(fd, 0, Math.min(limits.chunkBytes, before));
  return splitLines(start, limits, false)
    .lines.slice(0, 1)
    .map((line) => line.text);
}

function contextBefore(fd: number, position: TailPosition, maxBytes: number, limits: Limits): string[] {
  const from = Math.max(0, position.offset - Math.max(maxBytes, position.before.length));
  const before = readAt(fd, from, position.offset - from);
  if (!matches(position.before, before.subarray(before.length - position.before.length))) return [];
  const header = from === 0 ? [] : firstLine(fd, position.offset, limits);
  return [...header, ...splitLines(before, limits, from > 0).lines.map((line) => line.text)];
}
