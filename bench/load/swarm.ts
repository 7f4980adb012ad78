// Tasks of a swarm, and what happens to them: a hundred events a second, of the kinds that Network-AI and openclaw-node emit.

import type { SessionEvent } from '../../src/core/event.ts';

type Happening = SessionEvent extends infer E ? (E extends SessionEvent ? Omit<E, 'sessionKey' | 'at' | 'source'> : never) : never;

const SOURCE = 'mesh';
const BUDGET = 10_000;

export const taskKey = (number: number): string => `mesh:lab:task:T-${number}`;

/** A task begins. */
export function begin(number: number, at: number): SessionEvent[] {
  const common = { sessionKey: taskKey(number), at, source: SOURCE };
  const title = `T-${number} node-${number % 8}`;
  return [
    { ...common, type: 'session_seen', agentId: 'mesh', title, address: `mesh:task:T-${number}`, tellsLoss: true },
    { ...common, type: 'turn_started', trigger: { kind: 'operator' } },
    { ...common, type: 'run_started', runId: `T-${number}` },
  ];
}

/** The event with that number, of one task after the other. */
export function happens(count: number, tasks: number, at: number): SessionEvent {
  const round = Math.floor(count / tasks);
  return { ...happening(round), sessionKey: taskKey(count % tasks), at, source: SOURCE };
}

function happening(round: number): Happening {
  switch (round % 5) {
    case 0:
      return { type: 'meter_changed', name: 'Budget', used: Math.min(BUDGET, 700 * round), of: BUDGET };
    case 1:
      return { type: 'noted', noteId: `attempt-${round}`, text: `attempt ${round}: widen window [ERR]`, severity: 'info' };
    case 2:
      return { type: 'noted', noteId: 'silent', text: `silent ${round}m`, severity: 'warning' };
    case 3:
      return { type: 'note_removed', noteId: 'silent' };
    default:
      return { type: 'plan_changed', steps: [{ step: `step ${round}`, status: 'in_progress' }] };
  }
}
