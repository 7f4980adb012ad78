// Knows which boxes to look at again because time has passed, and whether that has changed them. Has no timer and draws nothing.

import type { JudgedTree } from '../../core/status.ts';
import { Agenda } from './agenda.ts';
import { type BoxEntry, isDrawn } from './box-entry.ts';
import { type BoxPolicy, decideBox } from './box-policy.ts';
import { isStateNew } from './due-ticks.ts';
import { nextChangeAt, nextQuietAt } from './next-look.ts';
import { QuietPace } from './quiet-pace.ts';

/** One box at one instant: as it was `shown`, and as it is `now`. */
interface Sight {
  shown: JudgedTree;
  tree: JudgedTree;
  now: number;
}

export class TimeWatch {
  readonly agenda = new Agenda();
  readonly #policy: BoxPolicy;
  readonly #quietPace = new QuietPace();
  readonly #countOpen: () => number;

  /** `countOpen` returns how many boxes are kept up to date. */
  constructor(policy: BoxPolicy, countOpen: () => number) {
    this.#policy = policy;
    this.#countOpen = countOpen;
  }

  /** The box is shown as of `shownAt`. From then on nothing is known to change it but events and time. */
  setShown(entry: BoxEntry, tree: JudgedTree, shownAt: number, now: number): void {
    const changeAt = nextChangeAt(entry, tree, this.#policy, now);
    const quietAt = nextQuietAt(tree, shownAt);
    this.agenda.set(entry.boxId, Math.min(changeAt, Math.max(quietAt, this.#quietPace.nextAt())), Math.min(changeAt, quietAt));
  }

  /** Whether the box must be drawn again, or opened, because of the time alone. */
  isNews(entry: BoxEntry, sight: Sight): boolean {
    const { shown, tree } = sight;
    const { status } = tree;
    if (status.state !== entry.state || status.final !== entry.final || isStateNew(shown, tree)) return true;
    return this.#opens(entry, tree) || this.#isQuietTickDue(entry, sight);
  }

  #opens({ phase }: BoxEntry, tree: JudgedTree): boolean {
    return phase === 'undecided' && decideBox(tree, this.#policy).kind === 'open';
  }

  #isQuietTickDue(entry: BoxEntry, { shown, tree, now }: Sight): boolean {
    if (now < nextQuietAt(tree, shown.session.asOf)) return false;
    return entry.phase !== 'placed' || !isDrawn(entry) || this.#quietPace.take(now, this.#countOpen());
  }

  shift(byMs: number): void {
    this.agenda.shift(byMs);
    this.#quietPace.shift(byMs);
  }
}
