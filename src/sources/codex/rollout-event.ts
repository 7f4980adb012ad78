// An event of a rollout, together with the thread that it is of: the file's name does not say.

import type { EventBody } from '../coding-agents/agent-event.ts';
import type { ContextUse } from './usage.ts';
import type { ShownThread } from './shown-thread.ts';

/** What is known of a session beside its thread, and changes. */
export interface SessionFacts extends ContextUse {
  model?: string;
}

/** An event of a line. Without `at` it happened when the line was written. */
export type LineEvent = EventBody & { at?: number };

/** What is new about the session. */
export interface FactsEvent {
  type: 'facts';
  facts: SessionFacts;
  at?: number;
}

export interface RolloutEvent {
  at: number;
  owner: ShownThread;
  body: EventBody | FactsEvent;
}
