// The state of one box beside its turn, and what follows from that alone. Plain data for the checkpoint.

import type { TurnStatus } from '../../core/card.ts';
import type { Route } from '../../core/event.ts';
import type { Target } from '../../core/sink.ts';
import type { RootTurn } from '../../core/tree.ts';

/** Where a turn's box goes, or why it goes nowhere; `isUnproven`: only because nothing proves that it is public. */
export type Placement = { target: Target } | { refused: string; isUnproven?: true };

export interface BoxEntry {
  boxId: string;
  sessionKey: string;
  /**
   * `passed`: it is not worth a post so far; `refused`: it has no place; `withdrawn`: it had a place but does not belong there.
   */
  phase: 'undecided' | 'passed' | 'placing' | 'placed' | 'refused' | 'withdrawn';
  why?: string;
  target?: Target;
  /** The turn's home when it was placed or refused. When that changes, its place is asked for again. */
  home?: Route;
  /** A post of it in a channel where it may not belong: nothing is written to it until its place is known. */
  found?: Target;
  /** It has no box only because nothing proves that it is public. */
  isUnproven?: boolean;
  holdsSlot: boolean;
  openedAt: number;
  state: TurnStatus['state'];
  final: boolean;
  /** The end of a final box, after which it is forgotten in time. */
  finalAt?: number;
  /** It is counted among the posts that only say that a turn was lost. */
  isLossNoted?: boolean;
  /** The publisher has it, or an earlier process posted it. */
  isShown?: boolean;
}

export function newEntry(root: RootTurn, now: number): BoxEntry {
  return {
    boxId: root.turn.boxId,
    sessionKey: root.session.key,
    phase: 'undecided',
    holdsSlot: false,
    openedAt: now,
    state: 'active',
    final: false,
  };
}

export function settle(entry: BoxEntry, phase: 'passed' | 'refused' | 'withdrawn', why: string): void {
  entry.phase = phase;
  entry.why = why;
}

/** An end is drawn without a slot, too. That the watcher stopped is only drawn where there is a post. */
export function isDrawn({ holdsSlot, final, state, isShown }: BoxEntry): boolean {
  return holdsSlot || (final && (state !== 'interrupted' || isShown === true));
}

const SHOWN_AFTER_MS = 2_000; // a placed box that has a slot is drawn at once

/** Whether it has a place, or soon gets one, and is drawn as soon as it may be. */
export function isAboutToShow(entry: BoxEntry, now: number): boolean {
  if (entry.phase === 'placing') return true;
  return entry.phase === 'placed' && (isDrawn(entry) || now - entry.openedAt < SHOWN_AFTER_MS);
}
