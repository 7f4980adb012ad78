// An event of a rollout, together with the thread that it is of: the file's name does not say.

import type { EventBody } from '../coding-agents/agent-event.ts';
import type { ContextUse } from './usage.ts';
import type { ShownThread } from './shown-thread.ts';

/** What is known of a session beside its thread, and changes. */
export interface SessionFacts extends ContextUse {
  model?: string;
}

/** `facts`: what is new about the session. `begins` and `ends`: the events of one turn lie between. */
export interface RolloutEvent {
  at: number;
  owner: ShownThread;
  body: EventBody | { type: 'facts'; facts: SessionFacts };
}
