// Makes observations about tools of what an event changed in its session. Pure.

import { callOf } from '../core/calls.ts';
import type { Change } from '../core/fold.ts';
import type { Call, Session, SessionsByKey, Turn } from '../core/session.ts';
import { redactThenCut } from '../text/redact.ts';
import { oneLine } from '../text/text.ts';
import { actorIn } from './actor.ts';
import type { Observation } from './rules/observation.ts';
import type { RolesByAgent } from './rules/role.ts';

const MAX_TOOL_POINTS = 40;

interface ObservationPorts {
  sessions: SessionsByKey;
  redact(text: string): string;
}

/** The observations about tools in one event. The same event again, or the same call from another source, is none. */
export function toolObservations(
  { event, before, after }: Change,
  { sessions, redact }: ObservationPorts,
  roles: RolesByAgent,
): Observation[] {
  const actorAt = (turn: Turn) => actorIn(sessions, roles, after, turn, event.at);
  if (event.type === 'tool_started') {
    const turn = after.turns.find((other) => isNewCall(turnOf(before, other), other, event.callId));
    const call = knownCall(turn, event.callId);
    if (turn === undefined || call === undefined) return [];
    const isKnown = knownCall(turnOf(before, turn), event.callId) !== undefined;
    return [
      {
        type: 'tool_started',
        ...actorAt(turn),
        callId: call.callId,
        tool: call.tool,
        toolName: oneLine(redactThenCut(call.tool, MAX_TOOL_POINTS, redact)),
        args: event.hidden ?? call.args,
        ...(isKnown ? { isKnown } : {}),
      },
    ];
  }
  if (event.type === 'tool_ended') {
    const turn = after.turns.find((other) => callOf(other, event.callId) !== undefined);
    if (turn === undefined || hasOutcome(knownCall(turnOf(before, turn), event.callId))) return [];
    return [{ type: 'tool_ended', ...actorAt(turn), callId: event.callId, outcome: event.outcome }];
  }
  if (event.type === 'waiting_started' && event.on === 'approval') {
    const turn = after.turns.find((other) => other.waiting.some(({ waitId }) => waitId === event.waitId));
    return turn === undefined ? [] : [{ type: 'approval_asked', ...actorAt(turn) }];
  }
  return []; // answers come from answers.ts
}

function turnOf(session: Session, turn: Turn): Turn | undefined {
  return session.turns.find((other) => other.boxId === turn.boxId);
}

/** A command that runs on has an outcome of its own later. */
function hasOutcome(call: Call | undefined): boolean {
  return call?.outcome !== undefined && call.outcome.kind !== 'background';
}

function knownCall(turn: Turn | undefined, callId: string): Call | undefined {
  return turn === undefined ? undefined : callOf(turn, callId);
}

/** Whether the call is new, or its arguments are. */
function isNewCall(before: Turn | undefined, after: Turn, callId: string): boolean {
  const call = callOf(after, callId);
  const known = knownCall(before, callId);
  if (call === undefined) return false;
  return known === undefined || (Object.keys(known.args).length === 0 && Object.keys(call.args).length > 0);
}
