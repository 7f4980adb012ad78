// A turn of a thread while it goes on.

import type { Trigger } from '../../core/event.ts';

/** The turn that is going on. Only one that `hasBegun` has a box: nobody asked for a compaction or a `!command`. */
export interface OpenTurn {
  readonly id: string;
  readonly startedAt: number;
  readonly trigger: Trigger;
  /** The agent may ask people: outside the mode for plans the question fails at once. */
  readonly mayAsk: boolean;
  hasBegun: boolean;
  hasPrompt: boolean;
  hasPlan: boolean;
}
