// Turns one file into events: each entry once, in order. Remembers which entries were emitted; knows no format.

import { basename } from 'node:path';
import type { Clock } from '../core/clock.ts';
import type { Decoded, Entry, LogFormat } from './log-format.ts';
import type { SplitLine } from './line-splitter.ts';
import type { FilePlace, Refusal } from './open-file.ts';
import type { FileOpener } from './open-files.ts';
import type { Limits, TailPosition } from './read-at.ts';
import { MAX_NEWEST, SeenEntries } from './seen-entries.ts';
import { Tail, type TailRead } from './tail.ts';
import type { Sighting } from './writer-clock.ts';

/** What must survive a restart to go on reading one file. Plain data. Every event of the bytes before `offset` was emitted. */
export interface TailCheckpoint extends TailPosition {
  /** Keys of the newest entries, oldest first. With `idsAreAll`: of every entry that was emitted or passed over. */
  ids: string[];
  idsAreAll: boolean;
}

/**
 * Where to begin.
 * - `all`: with the first line (a file that appeared while we watched).
 * - `last_opened`: decode the file from byte `from` on, but emit nothing before what was opened last before byte `keepFrom`.
 *   Emit that only when it is worth showing or something follows it. So what is shown never lacks its beginning.
 * - `resume`: at the position of a checkpoint.
 */
export type FollowStart =
  | { kind: 'all' }
  | { kind: 'last_opened'; from: number; keepFrom: number }
  | { kind: 'resume'; checkpoint: TailCheckpoint };

export interface FollowOptions<Event extends { at: number }> extends FilePlace, Partial<Limits> {
  clock: Clock;
  files?: FileOpener | undefined;
  start: FollowStart;
  format: LogFormat<Event>;
  /** Gets the events of one entry at a time, in the order of the file. */
  emit(events: readonly Event[]): void;
  /** Whether what was opened last is still of interest. Its newest event is at `lastAt`; `hasEnded` says whether it has ended. */
  isWorthShowing(lastAt: number, hasEnded: boolean): boolean;
  /** Entries that gave events were removed from the file. */
  onRemoved?(): void;
  /** A line was appended to a file that had been read to its end; `before` was its newest line. Called before its events are emitted. */
  onLiveLine?(line: Sighting, before: Sighting | undefined): void;
  settleMs?: number;
  maxSeen?: number;
}

export type FollowRead =
  | { change: 'unchanged' }
  /** `lines` counts the complete lines that were read, new or not. With `more`, read again at once. */
  | { change: 'progressed'; lines: number; more: boolean; longLines: number; nulBlocks: number }
  | { change: 'settling'; retryInMs: number }
  | { change: 'renamed'; to: string }
  | { change: 'gone' }
  | { change: 'refused'; refusal: Exclude<Refusal, 'missing'> };

type Phase<Event> =
  | { kind: 'following' }
  | { kind: 'catching_up'; keepFrom: number; held: (readonly Event[])[]; lastAt: number }
  /** The file's past changed: everything is read again, and known entries are passed over. `searching`: none was found yet. */
  | { kind: 'resyncing'; searching: boolean; lines: number; present: Set<string> };

// A decoder remembers repeated lines and open calls; these lie well within this distance.
const CONTEXT_BYTES = 256 * 1024;

/** Follows one file. Calls of `read` must not overlap. */
export class Follower<Event extends { at: number }> {
  readonly #options: FollowOptions<Event>;
  readonly #tail: Tail;
  #decode: (entry: string) => Decoded<Event>;
  #seen: SeenEntries;
  #phase: Phase<Event>;
  #isPrimed: boolean;
  /** The end of the file was reached once: what follows is new. */
  #wasAtEnd = false;
  /** The last line of a file that was read to its end. */
  #newest: Sighting | undefined;

  constructor(options: FollowOptions<Event>) {
    const { start, format } = options;
    this.#options = options;
    this.#tail = new Tail({
      ...options,
      resume: start.kind === 'resume' ? start.checkpoint : undefined,
      from: start.kind === 'last_opened' ? start.from : undefined,
      isLaterName: laterNamesOf(format, options.path),
    });
    const isWhole = start.kind === 'all' || (start.kind === 'last_opened' && start.from === 0);
    const hasContext = start.kind === 'resume' && start.checkpoint.offset <= CONTEXT_BYTES;
    this.#decode = format.newDecoder({ path: options.path, isWhole: isWhole || hasContext });
    this.#isPrimed = start.kind === 'all';
    this.#seen = this.#newSeen(isWhole);
    this.#phase = start.kind === 'last_opened' ? catchingUp(start.keepFrom) : { kind: 'following' };
  }

  /** `undefined` while something that was read is not emitted yet. */
  checkpoint(): TailCheckpoint | undefined {
    const position = this.#tail.position();
    if (position === undefined || this.#phase.kind !== 'following') return undefined;
    const { dev, ino, offset, skipping, before, head } = position;
    const idsAreAll = this.#seen.isComplete && this.#seen.size <= MAX_NEWEST;
    return { dev, ino, offset, skipping, before, head, ids: this.#seen.newest(), idsAreAll };
  }

  /** Reads on and emits what is new. Never throws, unless `emit` does. */
  async read(): Promise<FollowRead> {
    if (!this.#isPrimed) await this.#prime();
    const read = await this.#tail.read();
    this.#reportLiveLine(read);
    switch (read.change) {
      case 'appended':
      case 'rewritten':
      case 'truncated':
      case 'replaced':
        return this.#takeLines(read);
      case 'unchanged':
        return this.#caughtUp() ? { change: 'progressed', lines: 0, more: true, longLines: 0, nulBlocks: 0 } : read;
      case 'settling':
      case 'renamed':
      case 'gone':
      case 'refused':
        return read;
      default:
        return read satisfies never;
    }
  }

  /** A decoder that starts in the middle first sees the header and the lines before. Their events are not emitted. */
  async #prime(): Promise<void> {
    const { start, format } = this.#options;
    this.#isPrimed = true;
    const context = await this.#tail.context(CONTEXT_BYTES);
    if (start.kind === 'resume') {
      const { ids, idsAreAll, offset } = start.checkpoint;
      this.#seen = this.#newSeen(idsAreAll || (context.length > 0 && offset <= CONTEXT_BYTES));
      for (const key of ids) this.#seen.add(key, false);
    }
    for (const entry of context.flatMap((line) => format.entriesOf(line))) this.#decodeEntry(entry);
  }

  #takeLines(read: Extract<TailRead, { lines: SplitLine[] }>): FollowRead {
    if (read.change !== 'appended') this.#startOver();
    for (const { text, end } of read.lines) for (const entry of this.#options.format.entriesOf(text)) this.#takeEntry(entry, end);
    const again = !read.more && this.#caughtUp();
    return {
      change: 'progressed',
      lines: read.lines.length,
      more: read.more || again,
      longLines: read.longLines,
      nulBlocks: read.nulBlocks,
    };
  }

  #reportLiveLine(read: TailRead): void {
    const isAtEnd = read.change === 'unchanged' || ('lines' in read && !read.more);
    if ('lines' in read) {
      const newest = read.change === 'appended' && isAtEnd ? this.#sightingOf(read.lines.at(-1)?.text ?? '', read.mtimeMs) : undefined;
      if (newest !== undefined && this.#wasAtEnd) this.#options.onLiveLine?.(newest, this.#newest);
      this.#newest = newest;
    }
    this.#wasAtEnd ||= isAtEnd;
  }

  #takeEntry(entry: Entry, end: number): void {
    const phase = this.#phase;
    switch (phase.kind) {
      case 'following':
        if (!this.#seen.has(entry.key)) this.#options.emit(this.#decodeEntry(entry));
        return;
      case 'catching_up':
        if (!this.#seen.has(entry.key)) this.#hold(phase, end, this.#decodeEntry(entry));
        return;
      case 'resyncing':
        this.#resync(phase, entry);
        return;
      default:
        return phase satisfies never;
    }
  }

  #hold(phase: Extract<Phase<Event>, { kind: 'catching_up' }>, end: number, events: readonly Event[]): void {
    if (events.length === 0) return;
    if (events.some((event) => this.#options.format.opens(event))) phase.held = [];
    phase.held.push(events);
    for (const event of events) phase.lastAt = Math.max(phase.lastAt, event.at);
    if (end > phase.keepFrom) this.#release(phase);
  }

  #release(phase: Extract<Phase<Event>, { kind: 'catching_up' }>): void {
    this.#phase = { kind: 'following' };
    for (const events of phase.held) this.#options.emit(events);
  }

  #resync(phase: Extract<Phase<Event>, { kind: 'resyncing' }>, entry: Entry): void {
    phase.lines += 1;
    const isKnown = this.#seen.has(entry.key);
    if (isKnown) phase.searching = false;
    // Entries before the first known one were emitted so long ago that they were forgotten.
    if (phase.searching) return;
    phase.present.add(entry.key);
    if (!isKnown) this.#options.emit(this.#decodeEntry(entry));
  }

  #startOver(): void {
    if (this.#phase.kind === 'catching_up') {
      this.#forget();
      this.#phase = catchingUp(this.#phase.keepFrom);
      return;
    }
    this.#phase = { kind: 'resyncing', searching: !this.#seen.isComplete, lines: 0, present: new Set() };
  }

  /** The end of the file was reached. True when it must be read on at once. */
  #caughtUp(): boolean {
    const phase = this.#phase;
    if (phase.kind === 'following') return false;
    if (phase.kind === 'catching_up') {
      const { format, isWorthShowing } = this.#options;
      if (isWorthShowing(phase.lastAt, format.hasEnded(phase.held.flat()))) this.#release(phase);
      return false;
    }
    return this.#resynced(phase);
  }

  #resynced(phase: Extract<Phase<Event>, { kind: 'resyncing' }>): boolean {
    if (this.#seen.keepOnly(phase.present) > 0) this.#options.onRemoved?.();
    if (phase.searching && phase.lines === 0) return false;
    this.#phase = { kind: 'following' };
    if (!phase.searching) return false;
    // No entry of the file is known: it is another conversation under the same name.
    this.#forget();
    this.#tail.rewind();
    return true;
  }

  #forget(): void {
    this.#seen = this.#newSeen(true);
    this.#decode = this.#options.format.newDecoder({ path: this.#options.path, isWhole: true });
  }

  /** Nobody sees anything of entries without an event, or of hidden ones. */
  #decodeEntry({ text, key }: Entry): readonly Event[] {
    const { events, isHidden = false } = this.#decode(text);
    this.#seen.add(key, events.length > 0 && !isHidden);
    return events;
  }

  #sightingOf(line: string, seenAt: number): Sighting | undefined {
    const writtenAt = this.#options.format.writtenAt?.(line);
    return writtenAt === undefined ? undefined : { writtenAt, seenAt };
  }

  #newSeen(isComplete: boolean): SeenEntries {
    const { maxSeen } = this.#options;
    return new SeenEntries({ isComplete, ...(maxSeen === undefined ? {} : { max: maxSeen }) });
  }
}

function laterNamesOf<Event extends { at: number }>(format: LogFormat<Event>, path: string): ((name: string) => boolean) | undefined {
  return format.isLaterName === undefined ? undefined : (name) => format.isLaterName?.(name, basename(path)) === true;
}

function catchingUp<Event>(keepFrom: number): Phase<Event> {
  return { kind: 'catching_up', keepFrom, held: [], lastAt: 0 };
}
