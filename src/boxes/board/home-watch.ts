// Asks where each box belongs, and makes sure that it is shown nowhere else. The answers are kept in the entries.

import type { Clock } from '../../core/clock.ts';
import type { TurnTree } from '../../core/session.ts';
import type { Target } from '../../core/sink.ts';
import { type BoxEntry, type Placement, settle } from './box-entry.ts';
import { homeNow, isSameHome, isStillHome, takeFound, takePlacement } from './box-home.ts';
import { identityOf } from '../publish/post-meta.ts';
import type { BoxView } from '../publish/publisher-ports.ts';
import { MOVED, UNPROVEN, UNROUTED, withdrawnCard } from './withdrawn-card.ts';

export interface HomeWatchPorts {
  clock: Clock;
  place(tree: TurnTree): Promise<Placement>;
  show(view: BoxView): void;
  /** The entry has changed. */
  changed(boxId: string): void;
}

const AWAITS_ROUTE_MS = 15_000; // a running source emits the route of a session within seconds

/** When a post that was found is given up if its route is still not known. */
export function hopelessAt({ phase, found, openedAt }: BoxEntry): number {
  return phase === 'refused' && found !== undefined ? openedAt + AWAITS_ROUTE_MS : Number.POSITIVE_INFINITY;
}

export class HomeWatch {
  readonly #ports: HomeWatchPorts;

  constructor(ports: HomeWatchPorts) {
    this.#ports = ports;
  }

  /** Asks where the box belongs. */
  async ask(entry: BoxEntry, tree: TurnTree): Promise<void> {
    entry.phase = 'placing';
    const home = homeNow(tree);
    const placement = await this.#ports
      .place(tree)
      .catch((error: unknown) => ({ refused: `its channel could not be found out: ${String(error)}` }));
    if (entry.phase !== 'placing') return; // a post of it was found meanwhile
    takePlacement(entry, placement, home, this.#ports.clock.now());
    this.#ports.changed(entry.boxId);
  }

  /** A post of the box was found in that channel: it is taken over, or the box is `placing` until its place is known. */
  found(entry: BoxEntry, tree: TurnTree, target: Target): void {
    if (entry.found === undefined) takeFound(entry, target, homeNow(tree), this.#ports.clock.now());
  }

  /**
   * An earlier version placed the box and stored no home, or other rules of ROUTES did. An ended one stays as it is; one that goes on must
   * prove to belong there.
   */
  doubt(entry: BoxEntry, tree: TurnTree): void {
    const isRouted = tree.session.address !== undefined;
    const isOver = entry.final && entry.state !== 'interrupted'; // the watcher stopped, not the turn
    if (entry.phase !== 'placed' || entry.target === undefined || (isRouted ? isOver : entry.home !== undefined)) return;
    const trust = takeFound(entry, entry.target, homeNow(tree), this.#ports.clock.now());
    if (trust === 'doubtful' && (isRouted ? isOver : entry.final)) settle(entry, 'withdrawn', 'it had ended before the watcher started');
  }

  /** Checks the turn's home again: the box goes on, its place is asked for again, or it is withdrawn before it shows anything more. */
  watch(entry: BoxEntry, tree: TurnTree): void {
    const home = homeNow(tree);
    if (entry.phase === 'placed' && !isStillHome(entry.home, home)) this.#askAgain(entry, tree);
    else if (entry.phase !== 'refused') return;
    else if (!isSameHome(entry.home, home)) this.#askAgain(entry, tree);
    else if (entry.found !== undefined && this.#isHopeless(entry, tree))
      this.#withdraw(entry, tree, entry.found, tree.session.address === undefined ? UNPROVEN : UNROUTED);
  }

  /** The turn is drawn in the box of another one from now on. */
  moveIn(entry: BoxEntry, tree: TurnTree): void {
    const posted = entry.isShown === true ? entry.target : entry.found;
    if (entry.phase === 'withdrawn') return;
    settle(entry, 'passed', MOVED);
    if (posted !== undefined) this.#withdraw(entry, tree, posted, MOVED);
  }

  /** Asks for the place again. Whether a box without a post is worth one is decided again, too. */
  #askAgain(entry: BoxEntry, tree: TurnTree): void {
    if (entry.phase === 'placed' && entry.target !== undefined) entry.found = entry.target;
    if (entry.found !== undefined) return void this.ask(entry, tree);
    entry.phase = 'undecided';
    delete entry.why;
    delete entry.isUnproven;
  }

  #isHopeless(entry: BoxEntry, { turn, session }: TurnTree): boolean {
    return turn.route !== undefined || session.address !== undefined || this.#ports.clock.now() >= hopelessAt(entry);
  }

  #withdraw(entry: BoxEntry, tree: TurnTree, target: Target, line: string): void {
    settle(entry, 'withdrawn', `its box was closed: ${entry.why ?? ''}`);
    const { session, turn } = tree;
    const meta = identityOf(tree);
    this.#ports.show({
      boxId: entry.boxId,
      target,
      card: withdrawnCard(session.agentId, line),
      turnStartedAt: turn.startedAt,
      meta,
    });
  }
}
