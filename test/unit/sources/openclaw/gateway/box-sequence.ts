// The states that each box goes through, in order, as somebody would have seen them who looked every quarter of a second.

import { orphanLinks } from '../../../../../src/core/orphans.ts';
import { Fold } from '../../../../../src/core/fold.ts';
import type { SessionEvent } from '../../../../../src/core/event.ts';
import { statusOf } from '../../../../../src/core/status.ts';
import { isSubAgent, treeOf } from '../../../../../src/core/tree.ts';

const LIMITS = { idleTimeoutMs: 60_000, maxDurationMs: 1_800_000 };
const LOOK_MS = 250;

export interface BoxSequence {
  /** The last characters of its session's key. */
  session: string;
  trigger: string;
  startedAt: number;
  states: string[];
  /** Why it ended, as far as an event said so. */
  reason?: string;
}

/** Boxes of sub-agents are lines of another box and not among them. `endedAt` is when looking stops. */
export function boxSequences(events: readonly SessionEvent[], endedAt: number): BoxSequence[] {
  const fold = new Fold();
  const seenById = new Map<string, BoxSequence>();

  function look(asOf: number): void {
    for (const session of fold.sessionsByKey.values()) {
      if (isSubAgent(session)) continue;
      for (const turn of session.turns) {
        const { state, reason, retry } = statusOf(treeOf(fold.sessionsByKey, session, turn, asOf), LIMITS);
        const seen = seenById.get(turn.boxId) ?? { session: session.key.slice(-8), trigger: '', startedAt: 0, states: [] };
        seenById.set(turn.boxId, seen);
        seen.trigger = turn.trigger.kind;
        seen.startedAt = turn.startedAt;
        const name = retry === undefined ? state : `${state} ${retry.attempt}`;
        if (seen.states.at(-1) !== name) seen.states.push(name);
        if (reason !== undefined) seen.reason = reason;
      }
    }
  }

  const ordered = events.toSorted((a, b) => a.at - b.at);
  let now = ordered[0]?.at ?? endedAt;
  for (const [index, event] of events.entries()) {
    for (; now + LOOK_MS < event.at; now += LOOK_MS) look(now);
    fold.apply(event);
    for (const link of orphanLinks(fold.sessionsByKey, event.at)) fold.apply(link);
    if (events[index + 1]?.at !== event.at) look(event.at);
  }
  for (; now <= endedAt; now += LOOK_MS) look(now);
  return [...seenById.values()];
}
