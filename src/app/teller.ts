// Tells the turns of this machine to a fleet, in the place of a board: it keeps which turns are told, and forgets them when they are old. Where
// their boxes are, and how they look, is up to the publisher. Knows nothing of the bus.

import type { Board } from '../boxes/board/board.ts';
import { Agenda } from '../boxes/board/agenda.ts';
import type { ForgottenBox } from '../boxes/board/board-ports.ts';
import { type BoardRow, boardRows } from '../boxes/board/board-rows.ts';
import { type BoxEntry, newEntry, settle } from '../boxes/board/box-entry.ts';
import { hasOpenTurn } from '../boxes/board/due-ticks.ts';
import { EntryTrees, isGuest } from '../boxes/board/entry-trees.ts';
import { forgottenAt } from '../boxes/board/next-look.ts';
import { logBegin, logState } from '../boxes/board/turn-log.ts';
import type { Clock } from '../core/clock.ts';
import type { Change } from '../core/fold.ts';
import type { Logger } from '../core/log.ts';
import type { SessionsByKey, TurnTree } from '../core/session.ts';
import type { JudgedTree, StatusLimits } from '../core/status.ts';
import type { RootTurn } from '../core/tree.ts';
import type { RecordOutbox } from '../fleet/record-outbox.ts';
import type { TurnRecord } from '../fleet/turn-record.ts';
import { soon } from '../process/system-clock.ts';

export interface TellerPorts {
  clock: Clock;
  log: Logger;
  /** The sessions as folded up to now. */
  sessions: SessionsByKey;
  outbox: Pick<RecordOutbox, 'put' | 'forget'>;
  /** The record of that turn as of now. */
  record(tree: TurnTree, seq: number): TurnRecord;
  /** Whether sessions with that address may leave this machine. */
  isShown(address: string | undefined): boolean;
  /** Turns are about to be told for the first time: after a crash it must be known that the bus has them. */
  remember(): void;
  /** Asks for a `tick` at that instant (wall clock) or soon after it; infinity asks for none. */
  tickAt(instant: number): void;
  /** The turn is over and old enough. */
  forget(box: ForgottenBox): void;
}

const TELL_AFTER_MS = 50; // what comes at once is told at once, and no box more often
const TELL_AGAIN_MS = 6 * 3_600_000; // the bus drops what nobody told for a week
const WHY_NO_POST = 'a publisher of the fleet writes its box';
const HAD_ENDED = 'it had ended before the watcher started';

export class Teller implements Pick<Board, 'apply' | 'tick' | 'shiftClock' | 'interrupt' | 'restore'> {
  readonly #ports: TellerPorts;
  readonly #entriesById = new Map<string, BoxEntry>();
  /** Boxes that the bus may have a record of. */
  readonly #toldIds = new Set<string>();
  readonly #changedIds = new Set<string>();
  readonly #trees: EntryTrees;
  readonly #agenda = new Agenda();
  readonly #soon: { ask(): void; stop(): void };
  #isCatchingUp = true;

  constructor(ports: TellerPorts, limits: StatusLimits) {
    this.#ports = ports;
    this.#trees = new EntryTrees(ports.sessions, limits);
    this.#soon = soon(ports.clock, TELL_AFTER_MS, () => this.#tellChanged());
  }

  /** What happened before the start is still read. */
  get isReading(): boolean {
    return this.#isCatchingUp;
  }

  get told(): number {
    return this.#toldIds.size;
  }

  /** What happened is told soon, once for all that comes together. That nobody watches any more concerns only turns that run. */
  apply({ event, roots, after }: Change): void {
    for (const root of roots) {
      const entry = this.#entryOf(root);
      if (event.type !== 'watcher_stopped' || !entry.final) this.#changedIds.add(entry.boxId);
    }
    for (const { boxId, hostKey } of after.turns) if (hostKey !== undefined && this.#entriesById.has(boxId)) this.#changedIds.add(boxId);
    if (!this.#isCatchingUp) this.#soon.ask();
  }

  /** Call when it was asked for (`tickAt`): turns end, and are forgotten, because time has passed. */
  tick(): void {
    if (this.#isCatchingUp) return;
    const now = this.#ports.clock.now();
    for (const boxId of this.#agenda.takeDue(now)) {
      const entry = this.#entriesById.get(boxId);
      if (entry !== undefined) this.#tickEntry(entry, now);
    }
    this.#tellChanged();
  }

  shiftClock(byMs: number): void {
    for (const entry of this.#entriesById.values()) {
      entry.openedAt += byMs;
      if (entry.finalAt !== undefined) entry.finalAt += byMs;
    }
    this.#agenda.shift(byMs);
  }

  /** Nobody watches any more: the last states are told at once. */
  interrupt(): void {
    this.#soon.stop();
    this.#tellChanged();
  }

  /** Takes turns over from a checkpoint whose sessions are restored. The bus may know them. */
  restore(entries: readonly BoxEntry[]): void {
    for (const entry of entries) {
      this.#entriesById.set(entry.boxId, { ...entry });
      this.#toldIds.add(entry.boxId);
    }
  }

  /** Nothing is told before this is called: the sources are still reading what happened before the start. */
  caughtUp(): void {
    this.#isCatchingUp = false;
    const now = this.#ports.clock.now();
    for (const entry of this.#entriesById.values()) {
      const tree = this.#look(entry, now);
      if (tree?.status.final === true && !this.#toldIds.has(entry.boxId)) settle(entry, 'passed', HAD_ENDED);
      this.#changedIds.add(entry.boxId);
    }
    this.#tellChanged();
  }

  /** The bus may have lost what it was told. */
  tellAll(): void {
    if (!this.#isCatchingUp) this.redraw('all');
  }

  /** What is said of these boxes, or of all, beside their turns has changed. */
  redraw(boxIds: readonly string[] | 'all'): void {
    for (const boxId of this.#toldIds) if (boxIds === 'all' || boxIds.includes(boxId)) this.#changedIds.add(boxId);
    this.#soon.ask();
  }

  entries(): readonly BoxEntry[] {
    return [...this.#entriesById.values()];
  }

  rows(): BoardRow[] {
    const told = this.entries().map((entry) => (entry.why === undefined ? { ...entry, why: WHY_NO_POST } : entry));
    return boardRows(told, this.#ports.sessions, this.#ports.clock.now());
  }

  stop(): void {
    this.#soon.stop();
  }

  #entryOf(root: RootTurn): BoxEntry {
    const known = this.#entriesById.get(root.turn.boxId);
    if (known !== undefined) return known;
    const entry = newEntry(root, this.#ports.clock.now());
    this.#entriesById.set(entry.boxId, entry);
    logBegin(this.#ports.log, entry, root.session);
    return entry;
  }

  #tellChanged(): void {
    const now = this.#ports.clock.now();
    const entries = [...this.#changedIds].map((boxId) => this.#entriesById.get(boxId)).filter((entry) => entry !== undefined);
    this.#changedIds.clear();
    const told = new Set(entries.filter((entry) => this.#isTold(entry, this.#look(entry, now))));
    if ([...told].some(({ boxId }) => !this.#toldIds.has(boxId))) this.#ports.remember();
    for (const entry of entries)
      if (told.has(entry)) this.#tell(entry);
      else this.#takeBack(entry.boxId);
    this.#ports.tickAt(this.#agenda.earliest());
  }

  /** A turn that is drawn in the box of another one is told with that one. */
  #isTold({ phase, final }: BoxEntry, tree: JudgedTree | undefined): boolean {
    if (tree === undefined || (phase === 'passed' && final)) return false;
    return !isGuest(this.#ports.sessions, tree) && this.#ports.isShown(tree.session.address);
  }

  #tell(entry: BoxEntry): void {
    this.#toldIds.add(entry.boxId);
    this.#ports.outbox.put(entry.boxId, (seq) => this.#recordOf(entry, seq));
  }

  #takeBack(boxId: string): void {
    if (this.#toldIds.delete(boxId)) this.#ports.outbox.forget(boxId);
  }

  #recordOf(entry: BoxEntry, seq: number): TurnRecord | undefined {
    const tree = this.#trees.of(entry);
    return tree === undefined ? undefined : this.#ports.record(tree, seq);
  }

  /** Takes over how the turn is by now, and when that may change next. */
  #look(entry: BoxEntry, now: number): JudgedTree | undefined {
    const tree = this.#trees.judged(entry, now);
    if (tree === undefined) entry.finalAt ??= now;
    else this.#setState(entry, tree, now);
    const changesAt = tree === undefined ? Number.POSITIVE_INFINITY : Math.min(tree.holdsUntil, now + TELL_AGAIN_MS);
    const isOver = tree === undefined || !hasOpenTurn(tree);
    this.#agenda.set(entry.boxId, Math.min(changesAt, isOver ? forgottenAt(entry) : Number.POSITIVE_INFINITY));
    return tree;
  }

  #setState(entry: BoxEntry, tree: JudgedTree, now: number): void {
    const wasFinal = entry.final;
    const { state, final } = tree.status;
    Object.assign(entry, { state, final });
    logState(this.#ports.log, entry, wasFinal, tree);
    if (final) entry.finalAt ??= now;
    else delete entry.finalAt;
    if (!final && entry.phase === 'passed') {
      entry.phase = 'undecided';
      delete entry.why;
    }
  }

  #tickEntry(entry: BoxEntry, now: number): void {
    const tree = this.#trees.judged(entry, now);
    const isOld = now >= forgottenAt(entry);
    if (isOld && isGuest(this.#ports.sessions, tree))
      entry.finalAt = now; // its host still shows it
    else if (isOld && (tree === undefined || !hasOpenTurn(tree))) return this.#forget(entry);
    this.#changedIds.add(entry.boxId);
  }

  #forget(entry: BoxEntry): void {
    const { boxId } = entry;
    this.#takeBack(boxId);
    this.#entriesById.delete(boxId);
    this.#changedIds.delete(boxId);
    this.#agenda.delete(boxId);
    this.#ports.forget(entry);
  }
}
