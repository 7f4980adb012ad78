// Turns one transcript into events: each entry once, in order. Owns what was already handed on; knows no session key.

import { basename } from 'node:path';
import type { Clock } from '../../../core/clock.ts';
import type { DecodedEvent, DecodedLine } from '../decoding/decoded-event.ts';
import { isArchiveOf } from './file-name.ts';
import type { SplitLine } from '../../../files/line-splitter.ts';
import type { Refusal, Root } from '../../../files/open-file.ts';
import type { Limits, TailPosition } from '../../../files/read-at.ts';
import { entryKeyOf, lineKeyOf, SeenEntries } from './seen-entries.ts';
import { Tail, type TailRead } from '../../../files/tail.ts';
import { type Piece, wholeEntries } from './whole-entries.ts';
import type { Sighting } from './writer-clock.ts';

/** What must survive a restart to read one file on. Plain data; every event of the bytes before `offset` was emitted. */
export interface TailCheckpoint extends TailPosition {
  /** Keys of the newest entries, oldest first; with `idsAreAll`, of every entry that was handed on or passed over. */
  ids: string[];
  idsAreAll: boolean;
}

/**
 * Where to begin.
 * - `all`: with the first line (a transcript that appeared while we watched).
 * - `last_turn`: look at the file from byte `from` on, but emit nothing before the last turn that began before byte `keepFrom`;
 *   and that turn only when it is worth showing or something follows it. So a box never lacks its beginning and old turns stay closed.
 * - `resume`: where a checkpoint says.
 */
export type FollowStart =
  | { kind: 'all' }
  | { kind: 'last_turn'; from: number; keepFrom: number }
  | { kind: 'resume'; checkpoint: TailCheckpoint };

export interface FollowOptions extends Partial<Limits> {
  path: string;
  root: Root;
  clock: Clock;
  start: FollowStart;
  newDecoder(): (line: string) => DecodedLine;
  /** Gets the events of one line at a time, in the order of the file. */
  emit(events: readonly DecodedEvent[]): void;
  /** Whether a last turn whose newest event happened at `lastAt` is still of interest; `hasEnded` says whether its run came to an end. */
  isWorthShowing(lastAt: number, hasEnded: boolean): boolean;
  /** A line was appended to what had all been read, after `before`; told before its events. */
  onNews?(line: Sighting, before: Sighting | undefined): void;
  settleMs?: number;
  maxSeen?: number;
}

export type FollowRead =
  | { change: 'unchanged' }
  /** `lines` counts complete lines looked at, new or not. With `more`, read again at once. */
  | { change: 'progressed'; lines: number; more: boolean; longLines: number; nulBlocks: number }
  | { change: 'settling'; retryInMs: number }
  | { change: 'renamed'; to: string }
  | { change: 'gone' }
  | { change: 'refused'; refusal: Exclude<Refusal, 'missing'> };

type Phase =
  | { kind: 'following' }
  | { kind: 'catching_up'; keepFrom: number; held: DecodedEvent[][]; lastAt: number }
  /** The file's past changed: everything is read again, known entries are passed over. `searching`: no known one was met yet. */
  | { kind: 'resyncing'; searching: boolean; lines: number; present: Set<string> };

// What a decoder remembers of a running turn (repeated user lines, open calls) lies well within this.
const CONTEXT_BYTES = 256 * 1024;
const CHECKPOINT_IDS = 128;

/** Follows one transcript. Calls of `read` must not overlap. */
export class Follower {
  readonly #options: FollowOptions;
  readonly #tail: Tail;
  #decode: (line: string) => DecodedLine;
  #seen: SeenEntries;
  #phase: Phase;
  #isPrimed: boolean;
  #isHeartbeat = false;
  /** Everything that was there was read once: what follows is new. */
  #wasAtEnd = false;
  /** The last line of a file that was read to its end. */
  #newest: Sighting | undefined;

  constructor(options: FollowOptions) {
    const { start } = options;
    this.#options = options;
    this.#tail = new Tail({
      ...options,
      resume: start.kind === 'resume' ? start.checkpoint : undefined,
      from: start.kind === 'last_turn' ? start.from : undefined,
      isLaterName: isArchiveOf(basename(options.path)),
    });
    this.#decode = options.newDecoder();
    this.#isPrimed = start.kind === 'all';
    this.#seen = this.#newSeen(start.kind === 'all' || (start.kind === 'last_turn' && start.from === 0));
    this.#phase = start.kind === 'last_turn' ? catchingUp(start.keepFrom) : { kind: 'following' };
  }

  /** `undefined` while what was read is not yet emitted. */
  checkpoint(): TailCheckpoint | undefined {
    const position = this.#tail.position();
    if (position === undefined || this.#phase.kind !== 'following') return undefined;
    const { dev, ino, offset, skipping, before, head } = position;
    const idsAreAll = this.#seen.isComplete && this.#seen.size <= CHECKPOINT_IDS;
    return { dev, ino, offset, skipping, before, head, ids: this.#seen.newest(CHECKPOINT_IDS), idsAreAll };
  }

  /** Reads on and emits what is new. Never throws, unless `emit` does. */
  async read(): Promise<FollowRead> {
    if (!this.#isPrimed) await this.#prime();
    const read = await this.#tail.read();
    this.#noteNews(read);
    switch (read.change) {
      case 'appended':
      case 'rewritten':
      case 'truncated':
      case 'replaced':
        return this.#take(read);
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

  /** A decoder that starts in the middle first sees the header and the lines before; their events were emitted long ago or do not matter. */
  async #prime(): Promise<void> {
    const { start } = this.#options;
    this.#isPrimed = true;
    const context = await this.#tail.context(CONTEXT_BYTES);
    if (start.kind === 'resume') {
      const { ids, idsAreAll, offset } = start.checkpoint;
      this.#seen = this.#newSeen(idsAreAll || (context.length > 0 && offset <= CONTEXT_BYTES));
      for (const key of ids) this.#seen.add(key, false);
    }
    for (const piece of context.flatMap(wholeEntries)) this.#remember(keyOf(piece), this.#decode(piece.text).events);
  }

  #take(read: Extract<TailRead, { lines: SplitLine[] }>): FollowRead {
    if (read.change !== 'appended') this.#startOver();
    for (const { text, end } of read.lines) for (const piece of wholeEntries(text)) this.#takePiece(piece, end);
    const again = !read.more && this.#caughtUp();
    return {
      change: 'progressed',
      lines: read.lines.length,
      more: read.more || again,
      longLines: read.longLines,
      nulBlocks: read.nulBlocks,
    };
  }

  #noteNews(read: TailRead): void {
    const isAtEnd = read.change === 'unchanged' || ('lines' in read && !read.more);
    if ('lines' in read) {
      const newest = read.change === 'appended' && isAtEnd ? sighted(read.lines.at(-1)?.text ?? '', read.mtimeMs) : undefined;
      if (newest !== undefined && this.#wasAtEnd) this.#options.onNews?.(newest, this.#newest);
      this.#newest = newest;
    }
    this.#wasAtEnd ||= isAtEnd;
  }

  #takePiece({ text, isTorn }: Piece, end: number): void {
    const key = keyOf({ text, isTorn });
    const phase = this.#phase;
    switch (phase.kind) {
      case 'following':
        if (!this.#seen.has(key)) this.#options.emit(this.#decoded(key, text));
        return;
      case 'catching_up':
        if (!this.#seen.has(key)) this.#hold(phase, end, this.#decoded(key, text));
        return;
      case 'resyncing':
        this.#resyncLine(phase, key, text);
        return;
      default:
        return phase satisfies never;
    }
  }

  #hold(phase: Extract<Phase, { kind: 'catching_up' }>, end: number, events: DecodedEvent[]): void {
    if (events.length === 0) return;
    if (events.some(opensTurn)) phase.held = [];
    phase.held.push(events);
    for (const event of events) phase.lastAt = Math.max(phase.lastAt, event.at);
    if (end > phase.keepFrom) this.#release(phase);
  }

  #release(phase: Extract<Phase, { kind: 'catching_up' }>): void {
    this.#phase = { kind: 'following' };
    for (const events of phase.held) this.#options.emit(events);
  }

  #resyncLine(phase: Extract<Phase, { kind: 'resyncing' }>, key: string, line: string): void {
    phase.lines += 1;
    const isKnown = this.#seen.has(key);
    if (isKnown) phase.searching = false;
    // What stands before the first known entry was handed on so long ago that it was forgotten.
    if (phase.searching) return;
    phase.present.add(key);
    if (!isKnown) this.#options.emit(this.#decoded(key, line));
  }

  #startOver(): void {
    if (this.#phase.kind === 'catching_up') {
      this.#forget();
      this.#phase = catchingUp(this.#phase.keepFrom);
      return;
    }
    this.#phase = { kind: 'resyncing', searching: !this.#seen.isComplete, lines: 0, present: new Set() };
  }

  /** At the end of what there is to read. True: there is a reason to read on at once. */
  #caughtUp(): boolean {
    const phase = this.#phase;
    if (phase.kind === 'following') return false;
    if (phase.kind === 'catching_up') {
      if (this.#options.isWorthShowing(phase.lastAt, hasEnded(phase.held.flat()))) this.#release(phase);
      return false;
    }
    return this.#resynced(phase);
  }

  #resynced(phase: Extract<Phase, { kind: 'resyncing' }>): boolean {
    if (this.#seen.keepOnly(phase.present) > 0) this.#options.emit([{ type: 'compacted', at: this.#options.clock.now() }]);
    if (phase.searching && phase.lines === 0) return false;
    this.#phase = { kind: 'following' };
    if (!phase.searching) return false;
    // Nothing in the file is known: it is another conversation under the same name.
    this.#forget();
    this.#tail.rewind();
    return true;
  }

  #forget(): void {
    this.#seen = this.#newSeen(true);
    this.#decode = this.#options.newDecoder();
  }

  #decoded(key: string, line: string): DecodedEvent[] {
    const { events } = this.#decode(line);
    this.#remember(key, events);
    return events;
  }

  #remember(key: string, events: readonly DecodedEvent[]): void {
    for (const event of events)
      if (event.type === 'turn_started' && event.trigger.kind !== 'recovery') this.#isHeartbeat = event.trigger.kind === 'heartbeat';
    // 2026.2.26 takes quiet heartbeats out of the file again; nobody saw them.
    this.#seen.add(key, events.length > 0 && !this.#isHeartbeat);
  }

  #newSeen(isComplete: boolean): SeenEntries {
    const { maxSeen } = this.#options;
    return new SeenEntries({ isComplete, ...(maxSeen === undefined ? {} : { max: maxSeen }) });
  }
}

/** The instant of a whole line stands in front of its message. */
function sighted(line: string, seenAt: number): Sighting | undefined {
  const writtenAt = Date.parse(/"timestamp":"([^"\\]{10,40})"/.exec(line)?.[1] ?? '');
  return Number.isNaN(writtenAt) ? undefined : { writtenAt, seenAt };
}

/** A torn piece may show the id of an entry that is written again in whole. */
function keyOf({ text, isTorn }: Piece): string {
  return isTorn ? lineKeyOf(text) : entryKeyOf(text);
}

function catchingUp(keepFrom: number): Phase {
  return { kind: 'catching_up', keepFrom, held: [], lastAt: 0 };
}

/** Announcements and recoveries go on with the turn before them. */
export function opensTurn(event: DecodedEvent): boolean {
  return event.type === 'turn_started' && event.trigger.kind !== 'announce' && event.trigger.kind !== 'recovery';
}

/** Whether the newest thing a run did was to end. */
function hasEnded(events: readonly DecodedEvent[]): boolean {
  for (const event of events.toReversed()) {
    if (event.type === 'run_ended') return true;
    if (event.type === 'message' && event.injected !== true) return event.stop !== 'tools' && event.stop !== 'error';
    if (event.type === 'turn_started' || event.type === 'tool_started' || event.type === 'tool_ended') return false;
  }
  return true;
}
