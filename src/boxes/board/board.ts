// Decides which root turns have a box, opens their boxes, and draws them when their turns change. Knows nothing of HTTP, files or pacing.

import { isUrgentState } from '../../core/card.ts';
import type { Change } from '../../core/fold.ts';
import { beginSlice } from '../../core/slice.ts';
import type { Target } from '../../core/sink.ts';
import { type JudgedTree, lastEventAt } from '../../core/status.ts';
import type { RootTurn } from '../../core/tree.ts';
import type { BoardOptions, BoardPorts } from './board-ports.ts';
import { type BoardRow, boardRows } from './board-rows.ts';
import { type BoxEntry, isAboutToShow, isDrawn, newEntry, settle } from './box-entry.ts';
import { decideBox, slotOwner } from './box-policy.ts';
import { Burst, type Draw } from './burst.ts';
import { hasOpenTurn } from './due-ticks.ts';
import { EntryTrees, isGuest } from './entry-trees.ts';
import { Families } from './families.ts';
import { HomeWatch } from './home-watch.ts';
import { LostTurns } from './lost-turns.ts';
import { forgottenAt } from './next-look.ts';
import { type BoxMeta, boxMetaOf, identityOf, type TurnMeta } from '../publish/post-meta.ts';
import { SlotSharing } from './slot-sharing.ts';
import { TimeWatch } from './time-watch.ts';
import { logBegin, logState } from './turn-log.ts';

export class Board {
  readonly #ports: BoardPorts;
  readonly #options: BoardOptions;
  readonly #entriesById = new Map<string, BoxEntry>();
  /** Boxes of an earlier process. Only for these an end that came while no watcher ran is still shown. */
  readonly #restoredIds = new Set<string>();
  readonly #trees: EntryTrees;
  readonly #burst: Burst;
  readonly #homes: HomeWatch;
  readonly #lostTurns: LostTurns;
  readonly #slots: SlotSharing;
  readonly #families = new Families();
  readonly #time: TimeWatch;
  #isCatchingUp = true;
  /** Free slots are not given away any more. */
  #isLeaving = false;

  constructor(ports: BoardPorts, options: BoardOptions) {
    this.#ports = ports;
    const { clock, place, show } = ports;
    this.#trees = new EntryTrees(ports.sessions, options.limits);
    this.#homes = new HomeWatch({ clock, place, show, changed: (boxId) => this.#burst.add([boxId]) });
    this.#burst = new Burst({
      clock,
      isTooEarly: () => this.#isCatchingUp,
      update: (boxId) => this.#updateBox(boxId),
      alsoDrawn: () => this.#gainSlots(),
      afterSlice: () => this.#askForTick(),
    });
    this.#lostTurns = new LostTurns(ports.meter);
    this.#options = options;
    this.#time = new TimeWatch(options.policy, () => this.entries().filter(({ final }) => !final).length);
    this.#slots = new SlotSharing({
      ownerOf: ({ sessionKey }) => slotOwner(ports.sessions.get(sessionKey)),
      lastEventAtOf: (entry) => {
        const tree = this.#trees.of(entry);
        return tree === undefined ? 0 : lastEventAt(tree);
      },
    });
  }

  /** Draws what an event changed, at the end of the burst it came in. */
  apply({ roots, after }: Change): void {
    this.#touch(roots);
    this.#burst.add(after.turns.flatMap(({ boxId, hostKey }) => (hostKey === undefined ? [] : [boxId])));
    for (const boxId of this.#families.boxesWith(after.key)) this.#lookSoon(boxId);
  }

  #lookSoon(boxId: string): void {
    const now = this.#ports.clock.now();
    this.#time.agenda.set(boxId, now);
    this.#ports.tickAt(now);
  }

  /** Call when it was asked for (`tickAt`): opens, redraws, ends and forgets boxes because time has passed. Costs nothing before. */
  tick(): void {
    if (this.#isCatchingUp) return;
    const now = this.#ports.clock.now();
    const isTimeUp = beginSlice(this.#ports.clock);
    for (const boxId of this.#time.agenda.takeDue(now)) {
      const entry = this.#entriesById.get(boxId);
      if (isTimeUp()) this.#time.agenda.set(boxId, now);
      else if (entry !== undefined) this.#tickEntry(entry, now);
    }
    this.#lostTurns.logWithheld(this.#ports.log, now);
    this.#askForTick();
  }

  /** No box opens before this is called: the sources are still reading what happened before the start. */
  caughtUp(): void {
    this.#isCatchingUp = false;
    const now = this.#ports.clock.now();
    const known = new Set<string>();
    for (const entry of this.#entriesById.values()) {
      this.#time.agenda.set(entry.boxId, now);
      const tree = this.#trees.judged(entry, now);
      if (tree === undefined) continue;
      const { status } = tree;
      if (status.final && entry.phase === 'undecided' && !this.#restoredIds.has(entry.boxId) && !this.#wasWatched(tree)) {
        this.#setState(entry, tree);
        settle(entry, 'passed', 'it had ended before the watcher started');
      }
      if (entry.phase === 'placing') void this.#homes.ask(entry, tree);
      known.add(entry.sessionKey);
    }
    for (const sessionKey of known) this.#tickSession(sessionKey, now); // each once: its turns may be hundreds
    this.#burst.run();
  }

  #wasWatched(tree: JudgedTree): boolean {
    const { watchedSince = Number.POSITIVE_INFINITY } = this.#options;
    return (tree.turn.end?.at ?? lastEventAt(tree)) > watchedSince;
  }

  /** Takes boxes over from a checkpoint whose sessions are restored. Decisions stay, places are checked again. */
  restore(entries: readonly BoxEntry[]): void {
    for (const stored of entries) {
      const entry = { ...stored };
      this.#entriesById.set(entry.boxId, entry);
      this.#restoredIds.add(entry.boxId);
      const tree = this.#trees.of(entry);
      if (tree !== undefined) this.#homes.doubt(entry, tree);
    }
  }

  /** The box has a post of an earlier process in that channel. It is drawn there, even if its turn is over by now. */
  claim(boxId: string, target: Target): void {
    const entry = this.#entriesById.get(boxId);
    const tree = entry === undefined ? undefined : this.#trees.of(entry);
    if (entry === undefined || tree === undefined || entry.phase === 'placed' || entry.phase === 'withdrawn') return;
    this.#homes.found(entry, tree, target);
    if (entry.phase === 'placing' && !this.#isCatchingUp) void this.#homes.ask(entry, tree);
    this.#burst.add([boxId]);
  }

  /** The identity of each turn that has an entry, as its post carries it. */
  identities(): ({ boxId: string } & BoxMeta & TurnMeta)[] {
    return this.entries().flatMap((entry) => {
      const tree = this.#trees.of(entry);
      return tree === undefined ? [] : [{ boxId: entry.boxId, ...boxMetaOf(entry.boxId), ...identityOf(tree) }];
    });
  }

  /** Draws every open box for the last time; the box of an interrupted turn says so. */
  interrupt(): void {
    this.#isLeaving = true;
    this.#burst.add(this.entries().flatMap(({ boxId, final }) => (final ? [] : [boxId])));
    this.#burst.finish();
  }

  /** The wall clock was set or the machine slept: every deadline moves along. */
  shiftClock(byMs: number): void {
    for (const entry of this.#entriesById.values()) {
      entry.openedAt += byMs;
      if (entry.finalAt !== undefined) entry.finalAt += byMs;
    }
    this.#time.shift(byMs);
  }

  /** Draws these boxes, or all open ones, again: their marks have changed without an event. */
  redraw(boxIds: readonly string[] | 'all'): void {
    const wanted = this.entries().filter(({ boxId, final }) => (boxIds === 'all' ? !final : boxIds.includes(boxId)));
    for (const entry of wanted) if (entry.phase === 'passed' && boxIds !== 'all') entry.phase = 'undecided';
    this.#burst.add(wanted.map((entry) => entry.boxId));
  }

  /** Whether the box is about to be shown for the first time, as far as the board knows. */
  isAboutToShow(boxId: string): boolean {
    const entry = this.#entriesById.get(boxId);
    return entry !== undefined && isAboutToShow(entry, this.#ports.clock.now());
  }

  /** Where that box is, if it has a place. */
  placeOf(boxId: string): Target | undefined {
    const entry = this.#entriesById.get(boxId);
    return entry?.phase === 'placed' ? entry.target : undefined;
  }

  /** Whether that box was somewhere and does not belong there any more. */
  isWithdrawn(boxId: string): boolean {
    return this.#entriesById.get(boxId)?.phase === 'withdrawn';
  }

  /** The turn of a box that is drawn, and where; `undefined` for one that has no place, or none any more. */
  drawnTree(boxId: string): { tree: JudgedTree; target: Target } | undefined {
    const entry = this.#entriesById.get(boxId);
    if (entry?.phase !== 'placed' || entry.target === undefined || !isDrawn(entry)) return undefined;
    const tree = this.#trees.judged(entry);
    return tree === undefined ? undefined : { tree, target: entry.target };
  }

  entries(): readonly BoxEntry[] {
    return [...this.#entriesById.values()];
  }

  /** The turns whose boxes belong in that channel, as of now. */
  treesIn(channelId: string): JudgedTree[] {
    const now = this.#ports.clock.now();
    const placed = this.entries().filter(({ phase, target }) => phase === 'placed' && target?.channelId === channelId);
    return placed.flatMap((entry) => this.#trees.judged(entry, now) ?? []);
  }

  /** One row for each box that exists or may come, and for each sub-agent that worked lately and that no box shows. */
  rows(): BoardRow[] {
    return boardRows(this.#entriesById.values(), this.#ports.sessions, this.#ports.clock.now());
  }

  #touch(roots: readonly RootTurn[]): void {
    for (const root of roots) {
      const { boxId } = root.turn;
      if (this.#entriesById.has(boxId)) continue;
      const entry = newEntry(root, this.#ports.clock.now());
      this.#entriesById.set(boxId, entry);
      logBegin(this.#ports.log, entry, root.session);
    }
    this.#burst.add(roots.map(({ turn }) => turn.boxId));
  }

  #updateBox(boxId: string): Draw | undefined {
    const entry = this.#entriesById.get(boxId);
    if (entry === undefined) return undefined;
    const tree = this.#trees.judged(entry);
    if (tree !== undefined) this.#update(entry, tree);
    this.#families.set(boxId, tree);
    this.#slots.note(entry);
    return tree === undefined ? undefined : () => this.#draw(entry, tree);
  }

  #gainSlots(): [string, Draw][] {
    const gained = this.#isLeaving ? [] : this.#slots.share(this.#entriesById.values(), () => this.#options.maxBoxes);
    return gained.map((entry) => [entry.boxId, () => this.#drawAnew(entry)]);
  }

  #drawAnew(entry: BoxEntry): void {
    const tree = this.#trees.judged(entry);
    if (tree !== undefined) this.#draw(entry, tree);
  }

  #update(entry: BoxEntry, tree: JudgedTree): void {
    const { status } = tree;
    const isNews = !status.final || status.state !== entry.state;
    this.#setState(entry, tree);
    if (isGuest(this.#ports.sessions, tree)) return this.#homes.moveIn(entry, tree);
    if (entry.phase === 'passed' && isNews) entry.phase = 'undecided';
    this.#homes.watch(entry, tree);
    if (entry.phase === 'undecided') this.#decide(entry, tree);
    if (entry.phase === 'placing' && isUrgentState(status))
      this.#ports.hurry({ agent: tree.session.gateway ?? tree.session.agentId, boxId: entry.boxId });
    this.#lostTurns.count(entry, tree, this.#ports.clock.now());
  }

  #setState(entry: BoxEntry, tree: JudgedTree): void {
    const { status } = tree;
    const wasFinal = entry.final;
    entry.state = status.state;
    entry.final = status.final;
    logState(this.#ports.log, entry, wasFinal, tree);
    this.#ports.judged?.(tree);
    if (!status.final) delete entry.finalAt;
    else entry.finalAt ??= this.#ports.clock.now();
  }

  #decide(entry: BoxEntry, tree: JudgedTree): void {
    const decision = decideBox(tree, this.#options.policy);
    if (decision.kind === 'never') settle(entry, 'passed', decision.why);
    if (decision.kind === 'open' && !this.#lostTurns.withholds(entry, tree, this.#ports.clock.now())) void this.#homes.ask(entry, tree);
  }

  #draw(entry: BoxEntry, tree: JudgedTree): void {
    this.#time.setShown(entry, tree, tree.session.asOf, this.#ports.clock.now());
    const { boxId, target } = entry;
    if (entry.phase !== 'placed' || target === undefined || !isDrawn(entry)) return;
    entry.isShown = true;
    const { head, draw } = this.#ports.sketch(tree);
    const box = { boxId, target, turnStartedAt: tree.turn.startedAt };
    this.#ports.show({ ...box, card: head, draw: () => ({ ...box, card: draw(), meta: identityOf(tree) }) });
  }

  /** Ticks a session only when that changes its box. */
  #tickEntry(entry: BoxEntry, now: number): void {
    const shown = this.#trees.judged(entry);
    const tree = this.#trees.judged(entry, now);
    if (tree === undefined || shown === undefined) entry.finalAt ??= now; // a session keeps only so many turns
    if (now >= forgottenAt(entry) && isGuest(this.#ports.sessions, tree)) entry.finalAt = now; // its host still shows it
    if (now >= forgottenAt(entry) && (tree === undefined || !hasOpenTurn(tree))) return this.#forget(entry);
    if (tree === undefined || shown === undefined) return this.#time.agenda.set(entry.boxId, forgottenAt(entry));
    this.#homes.watch(entry, tree);
    this.#families.set(entry.boxId, tree);
    this.#slots.note(entry);
    const isNews = this.#time.isNews(entry, { shown, tree, now });
    this.#time.setShown(entry, tree, isNews ? now : shown.session.asOf, now);
    if (isNews) this.#tickSession(entry.sessionKey, now);
  }

  #askForTick(): void {
    this.#ports.tickAt(Math.min(this.#time.agenda.earliest(), this.#lostTurns.logAt()));
  }

  #tickSession(sessionKey: string, at: number): void {
    this.#ports.emit({ type: 'clock_ticked', source: 'daemon', sessionKey, at });
  }

  #forget(entry: BoxEntry): void {
    const { boxId } = entry;
    this.#ports.forget(entry);
    this.#entriesById.delete(boxId);
    this.#burst.forget(boxId);
    this.#time.agenda.delete(boxId);
    this.#slots.forget(boxId);
    this.#families.set(boxId, undefined);
  }
}
