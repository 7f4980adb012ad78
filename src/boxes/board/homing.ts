// Finds out where each box belongs, and watches that it stays the only place where it is shown (LS-18, LS-27). Owns nothing but the
// questions under way; what is found out stands in the entries.

import type { Clock } from '../../core/clock.ts';
import type { TurnTree } from '../../core/session.ts';
import type { Target } from '../../core/sink.ts';
import { type BoxEntry, type Placement, settle } from './box-entry.ts';
import { homeNow, isSameHome, isStillHome, takeFound, takePlacement } from './box-home.ts';
import { identityOf } from '../publish/post-meta.ts';
import type { BoxView } from '../publish/publisher-ports.ts';
import { withdrawnCard } from './withdrawn.ts';

export interface HomingPorts {
  clock: Clock;
  place(tree: TurnTree): Promise<Placement>;
  show(view: BoxView): void;
  /** The entry says something else now. */
  changed(boxId: string): void;
}

const AWAITS_ROUTE_MS = 15_000; // a source that is there tells of a session within seconds

export class Homing {
  readonly #ports: HomingPorts;

  constructor(ports: HomingPorts) {
    this.#ports = ports;
  }

  /** Asks where it belongs. */
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

  /** There is a post of it in that channel: it is taken, or it is `placing` until that is known to be right. */
  found(entry: BoxEntry, tree: TurnTree, target: Target): void {
    if (entry.found === undefined) takeFound(entry, target, homeNow(tree), this.#ports.clock.now());
  }

  /** A watcher that did not remember why has placed it. What is over stays as it is; what goes on must be shown to belong there. */
  doubt(entry: BoxEntry, tree: TurnTree): void {
    if (entry.phase !== 'placed' || entry.home !== undefined || entry.target === undefined) return;
    const trust = takeFound(entry, entry.target, homeNow(tree), this.#ports.clock.now());
    if (trust === 'doubtful' && entry.final) settle(entry, 'withdrawn', 'it had ended before the watcher started');
  }

  /** More may be known by now of where it belongs: it goes on, is asked for again, or is withdrawn before it says another word. */
  watch(entry: BoxEntry, tree: TurnTree): void {
    const home = homeNow(tree);
    if (entry.phase === 'placed' && !isStillHome(entry.home, home)) this.#askAgain(entry, tree);
    else if (entry.phase !== 'refused') return;
    else if (!isSameHome(entry.home, home)) this.#askAgain(entry, tree);
    else if (entry.found !== undefined && this.#isHopeless(entry, tree)) this.#withdraw(entry, tree, entry.found);
  }

  /** One without a post may not be worth one any more; that is decided anew. */
  #askAgain(entry: BoxEntry, tree: TurnTree): void {
    if (entry.phase === 'placed' && entry.target !== undefined) entry.found = entry.target;
    if (entry.found !== undefined) return void this.ask(entry, tree);
    entry.phase = 'undecided';
    delete entry.why;
    delete entry.isUnproven;
  }

  #isHopeless({ openedAt }: BoxEntry, { turn }: TurnTree): boolean {
    return turn.route !== undefined || this.#ports.clock.now() - openedAt >= AWAITS_ROUTE_MS;
  }

  #withdraw(entry: BoxEntry, tree: TurnTree, target: Target): void {
    settle(entry, 'withdrawn', `its box was closed: ${entry.why ?? ''}`);
    const { session, turn } = tree;
    const meta = identityOf(tree);
    this.#ports.show({ boxId: entry.boxId, target, card: withdrawnCard(session.agentId), turnStartedAt: turn.startedAt, meta });
  }
}
