// Gives the events of a rollout their session. Pure.

import type { EventOf, SessionEvent } from '../../core/event.ts';
import { CODEX } from './codex-identity.ts';
import type { RolloutEvent } from './rollout-event.ts';
import type { ShownThread } from './shown-thread.ts';
import { keyOfThread } from './thread-key.ts';

/** What there is to say with this event; `facts` introduce the thread. */
export function sessionEvents({ owner, body, at }: RolloutEvent, source: string): SessionEvent[] {
  const common = { at, sessionKey: keyOfThread(owner.thread.id), source };
  return [body.type === 'facts' ? { type: 'session_seen', ...common, ...factsOf(owner), ...body.facts } : { ...body, ...common }];
}

function factsOf(owner: ShownThread): Omit<EventOf<'session_seen'>, 'type' | 'at' | 'sessionKey' | 'source'> {
  const { id, parentId, isSubAgent } = owner.thread;
  const label = owner.label();
  return {
    agentId: CODEX.id,
    address: owner.address,
    sessionId: id,
    ...(isSubAgent ? { isSubAgent } : {}),
    ...(parentId === undefined ? {} : { parentKey: keyOfThread(parentId) }),
    ...(label === undefined ? {} : { label }),
  };
}
