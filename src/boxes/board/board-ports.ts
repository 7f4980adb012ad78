// The contract of the board: its ports and options.

import type { Sketch } from '../../core/card.ts';
import type { Clock } from '../../core/clock.ts';
import type { SessionEvent } from '../../core/event.ts';
import type { Logger } from '../../core/log.ts';
import type { Meter } from '../../core/meter.ts';
import type { SessionsByKey, TurnTree } from '../../core/session.ts';
import type { JudgedTree, StatusLimits } from '../../core/status.ts';
import type { BoxNews, BoxView } from '../publish/publisher-ports.ts';
import type { BoxEntry, Placement } from './box-entry.ts';
import type { BoxPolicy } from './box-policy.ts';

export type ForgottenBox = Pick<BoxEntry, 'boxId' | 'sessionKey'>;

export interface BoardPorts {
  clock: Clock;
  log: Logger;
  /** The sessions as folded up to now. */
  sessions: SessionsByKey;
  /** Emits an event: time takes the way of all events, too, and comes back as a change. */
  emit(event: SessionEvent): void;
  /** Asks for a `tick` at that instant (wall clock) or soon after it; infinity asks for none. */
  tickAt(instant: number): void;
  meter: Meter;
  sketch(tree: JudgedTree): Sketch;
  show(view: BoxView | BoxNews): void;
  /** The state of a turn that has a box, or might get one, whenever it is derived anew. */
  judged?(tree: JudgedTree): void;
  /** Asked once per box, when it opens; the answer is kept for the box's life. */
  place(tree: TurnTree): Promise<Placement>;
  /** A person should see that box at once: its place is asked for before others. */
  hurry(box: { agent: string; boxId: string }): void;
  /** The box is finished and old enough: neither it nor its turn is needed again. */
  forget(box: ForgottenBox): void;
}

export interface BoardOptions {
  limits: StatusLimits;
  policy: BoxPolicy;
  /** Boxes kept up to date at once; 0 means no limit. */
  maxBoxes: number;
  /** Others watched from that instant on (wall clock): what ended since then gets its box, though this process was not there. */
  watchedSince?: number | undefined;
}
