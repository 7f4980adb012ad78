// Decides which root turns have a box, opens their boxes, and draws them when their turns change. Knows nothing of HTTP, files or pacing.

import { isUrgentState } from '../../core/card.ts';
import type { Change } from '../../core/fold.ts';
import { straysOf } from '../../core/orphans.ts';
import type { TurnTree } from '../../core/session.ts';
import { beginSlice } from '../../core/slice.ts';
import type { Target } from '../../core/sink.ts';
import { type JudgedTree, judge, lastEventAt } from '../../core/status.ts';
import { type RootTurn, treeOf } from '../../core/tree.ts';
import { fingerprint } from '../../core/turn.ts';
import type { BoardOptions, BoardPorts } from './board-ports.ts';
import { type BoardRow, type BoxEntry, isAboutToShow, isDrawn, newEntry, rowOf, settle, strayRow } from './box-entry.ts';
import { decideBox, slotOwner } from './box-policy.ts';
import { hasOpenTurn } from './due-ticks.ts';
import { Families } from './families.ts';
import { HomeWatch } from './home-watch.ts';
import { LostTurns } from './lost-turns.ts';
import { FORGET_AFTER_MS, forgottenAt } from './next-look.ts';
import { identityOf } from '../publish/post-meta.ts';
import type { BoxView } from '../publish/publisher-ports.ts';
import { SlotSharing } from './slot-sharing.ts';
import { TimeWatch } from './time-watch.ts';

export class Board {
  readonly #ports: BoardPorts;
  readonly #options: BoardOptions;
  readonly #entriesById = new Map<string, BoxEntry>();
  /** Boxes of an earlier process. Only for these an end that came while no watcher ran is still shown. */
  readonly #restoredIds = new Set<string>();
  readonly #dirtyIds = new Set<string>();
  /** What is not dirty any more, but still to be drawn. */
  readonly #updated = new Map<BoxEntry, JudgedTree | undefined>();
  readonly #homes: HomeWatch;
  readonly #lostTurns: LostTurns;
  readonly #slots: SlotSharing;
  readonly #families = new Families();
  readonly #time: TimeWatch;
  #isCatchingUp = true;
  /** Free slots are not given away any more. */
  #isLeaving = false;
  #cancelFlush: (() => void) | undefined;

  constructor(ports: BoardPorts, options: BoardOptions) {
    this.#ports = ports;
    const { clock, place, show } = ports;
    this.#homes = new HomeWatch({ clock, place, show, changed: (boxId) => this.#touchBoxes([boxId]) });
    this.#lostTurns = new LostTurns(ports.meter);
    this.#options = options;
    this.#time = new TimeWatch(options.policy, () => this.entries().filter(({ final }) => !final).length);
    this.#slots = new SlotSharing({
      ownerOf: ({ sessionKey }) => slotOwner(ports.sessions.get(sessionKey)),
      lastEventAtOf: (entry) => {
        const tree = this.#treeOfEntry(entry);
        return tree === undefined ? 0 : lastEventAt(tree);
      },
    });
  }

  /** Draws what an event changed, at the end of the burst it came in. */
  apply({ roots, after }: Change): void {
    this.#touch(roots);
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
    for (const entry of this.#entriesById.values()) {
      this.#time.agenda.set(entry.boxId, now);
      const tree = this.#judgedTreeOf(entry, now);
      if (tree === undefined) continue;
      const { status } = tree;
      if (status.final && entry.phase === 'undecided' && !this.#restoredIds.has(entry.boxId)) {
        this.#setState(entry, tree);
        settle(entry, 'passed', 'it had ended before the watcher started');
      }
      if (entry.phase === 'placing') void this.#homes.ask(entry, tree);
      this.#tickSession(entry.sessionKey, now);
    }
    this.#flush();
  }

  /** Takes boxes over from a checkpoint whose sessions are restored. Decisions stay, places are checked again. */
  restore(entries: readonly BoxEntry[]): void {
    for (const stored of entries) {
      const entry = { ...stored };
      this.#entriesById.set(entry.boxId, entry);
      this.#restoredIds.add(entry.boxId);
      const tree = this.#treeOfEntry(entry);
      if (tree !== undefined) this.#homes.doubt(entry, tree);
    }
  }

  /** The box has a post of an earlier process in that channel. It is drawn there, even if its turn is over by now. */
  claim(boxId: string, target: Target): void {
    const entry = this.#entriesById.get(boxId);
    const tree = entry === undefined ? undefined : this.#treeOfEntry(entry);
    if (entry === undefined || tree === undefined || entry.phase === 'placed' || entry.phase === 'withdrawn') return;
    this.#homes.found(entry, tree, target);
    if (entry.phase === 'placing' && !this.#isCatchingUp) void this.#homes.ask(entry, tree);
    this.#touchBoxes([boxId]);
  }

  /** The identity of each turn that has an entry, as its post carries it. */
  identities(): ({ box: string } & BoxView['meta'])[] {
    return this.entries().flatMap((entry) => {
      const tree = this.#treeOfEntry(entry);
      return tree === undefined ? [] : [{ box: entry.boxId, ...identityOf(tree) }];
    });
  }

  /** Draws every open box for the last time; the box of an interrupted turn says so. */
  interrupt(): void {
    this.#isLeaving = true;
    this.#touchBoxes(this.entries().flatMap(({ boxId, final }) => (final ? [] : [boxId])));
    while (this.#dirtyIds.size + this.#updated.size > 0) this.#flush();
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
    this.#touchBoxes(wanted.map((entry) => entry.boxId));
  }

  /** Whether the box is about to be shown for the first time, as far as the board knows. */
  isAboutToShow(boxId: string): boolean {
    const entry = this.#entriesById.get(boxId);
    return entry !== undefined && isAboutToShow(entry, this.#ports.clock.now());
  }

  entries(): readonly BoxEntry[] {
    return [...this.#entriesById.values()];
  }

  /** One row for each box that exists or may come, and for each sub-agent that worked lately and that no box shows. */
  rows(): BoardRow[] {
    const since = this.#ports.clock.now() - FORGET_AFTER_MS;
    const strays = straysOf(this.#ports.sessions).filter(({ turn }) => turn.lastEventAt >= since);
    return [...this.entries().map((entry) => rowOf(entry, this.#ports.sessions.get(entry.sessionKey) ?? {})), ...strays.map(strayRow)];
  }

  #touch(roots: readonly RootTurn[]): void {
    for (const root of roots) {
      const { boxId } = root.turn;
      if (this.#entriesById.has(boxId)) continue;
      const entry = newEntry(root, this.#ports.clock.now());
      this.#entriesById.set(boxId, entry);
      this.#logTurn(entry, 'A turn began.');
    }
    this.#touchBoxes(roots.map(({ turn }) => turn.boxId));
  }

  #touchBoxes(boxIds: readonly string[]): void {
    for (const boxId of boxIds) this.#dirtyIds.add(boxId);
    if (this.#dirtyIds.size + this.#updated.size > 0) this.#cancelFlush ??= this.#ports.clock.after(0, () => this.#flush());
  }

  /**
   * Events come in bursts: a box is judged once per burst, not once per event, and the slots are shared out once for all. What takes long is
   * done in slices.
   */
  #flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    if (this.#isCatchingUp) return this.#dirtyIds.clear();
    const isTimeUp = beginSlice(this.#ports.clock);
    this.#updateDirty(isTimeUp);
    if (this.#dirtyIds.size === 0) {
      this.#gainSlots();
      this.#drawUpdated(isTimeUp);
    }
    this.#touchBoxes([]);
    this.#askForTick();
  }

  #updateDirty(isTimeUp: () => boolean): void {
    for (const boxId of this.#dirtyIds) {
      if (isTimeUp()) return;
      this.#dirtyIds.delete(boxId);
      const entry = this.#entriesById.get(boxId);
      if (entry === undefined) continue;
      const tree = this.#judgedTreeOf(entry);
      if (tree !== undefined) this.#update(entry, tree);
      this.#families.set(boxId, tree);
      this.#slots.note(entry);
      this.#updated.set(entry, tree);
    }
  }

  #gainSlots(): void {
    const gained = this.#isLeaving ? [] : this.#slots.share(this.#entriesById.values(), () => this.#options.maxBoxes);
    for (const entry of gained) if (!this.#updated.has(entry)) this.#updated.set(entry, this.#judgedTreeOf(entry));
  }

  #drawUpdated(isTimeUp: () => boolean): void {
    for (const [entry, tree] of this.#updated) {
      this.#updated.delete(entry);
      if (tree === undefined) continue;
      this.#time.setShown(entry, tree, tree.session.asOf, this.#ports.clock.now());
      this.#draw(entry, tree);
      if (isTimeUp()) return;
    }
  }

  #update(entry: BoxEntry, tree: JudgedTree): void {
    const { status } = tree;
    const isNews = !status.final || status.state !== entry.state;
    this.#setState(entry, tree);
    if (entry.phase === 'passed' && isNews) entry.phase = 'undecided';
    this.#homes.watch(entry, tree);
    if (entry.phase === 'undecided') this.#decide(entry, tree);
    if (entry.phase === 'placing' && isUrgentState(status)) this.#ports.hurry({ agent: tree.session.agentId, boxId: entry.boxId });
    this.#lostTurns.count(entry, tree, status, this.#ports.clock.now());
  }

  #treeOfEntry(entry: BoxEntry, asOf = 0): TurnTree | undefined {
    const { sessions } = this.#ports;
    const session = sessions.get(entry.sessionKey);
    const turn = session?.turns.find((other) => other.boxId === entry.boxId);
    return session === undefined || turn === undefined ? undefined : treeOf(sessions, session, turn, asOf);
  }

  #judgedTreeOf(entry: BoxEntry, asOf = 0): JudgedTree | undefined {
    const tree = this.#treeOfEntry(entry, asOf);
    return tree === undefined ? undefined : judge(tree, this.#options.limits);
  }

  #setState(entry: BoxEntry, { status, turn, session }: JudgedTree): void {
    const isOver = entry.final;
    entry.state = status.state;
    entry.final = status.final;
    if (isOver && !status.final) this.#logTurn(entry, 'A turn that had ended goes on.');
    if (!isOver && status.final) this.#logTurn(entry, 'A turn ended.', { ms: (status.endedAt ?? session.asOf) - turn.startedAt });
    if (!status.final) delete entry.finalAt;
    else entry.finalAt ??= this.#ports.clock.now();
  }

  #logTurn({ boxId, sessionKey, state }: BoxEntry, sentence: string, more: { ms?: number } = {}): void {
    const agent = this.#ports.sessions.get(sessionKey)?.agentId;
    this.#ports.log.debug({ box: boxId, session: fingerprint(sessionKey), agent, state, ...more }, sentence);
  }

  #decide(entry: BoxEntry, tree: JudgedTree): void {
    const { status } = tree;
    const decision = decideBox(tree, status, this.#options.policy);
    if (decision.kind === 'never') settle(entry, 'passed', decision.why);
    if (decision.kind === 'open' && !this.#lostTurns.withholds(entry, tree, status, this.#ports.clock.now()))
      void this.#homes.ask(entry, tree);
  }

  #draw(entry: BoxEntry, tree: JudgedTree): void {
    const { boxId, target } = entry;
    if (entry.phase !== 'placed' || target === undefined || !isDrawn(entry)) return;
    entry.isShown = true;
    const { head, draw } = this.#ports.sketch(tree);
    const box = { boxId, target, turnStartedAt: tree.turn.startedAt };
    this.#ports.show({ ...box, card: head, draw: () => ({ ...box, card: draw(), meta: identityOf(tree) }) });
  }

  /** Ticks a session only when that changes its box. */
  #tickEntry(entry: BoxEntry, now: number): void {
    const shown = this.#judgedTreeOf(entry);
    const tree = this.#judgedTreeOf(entry, now);
    if (tree === undefined || shown === undefined) entry.finalAt ??= now; // a session keeps only so many turns
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
    this.#updated.delete(entry);
    this.#time.agenda.delete(boxId);
    this.#slots.forget(boxId);
    this.#families.set(boxId, undefined);
  }
}
