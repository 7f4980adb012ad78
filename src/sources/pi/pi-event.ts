// An event of a log of pi, together with the session that it is of.

import type { EventBody } from '../coding-agents/agent-event.ts';
import type { ShownSession } from './shown-session.ts';

export interface PiEvent {
  at: number;
  owner: ShownSession;
  /** `facts`: what is new about the session. `retried`: the call that has just failed will be tried again. */
  body: EventBody | { type: 'facts'; model?: string } | { type: 'retried' };
}
