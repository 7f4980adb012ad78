// Facts about tools, from what an event changed in its session. Pure.

import type { Change } from '../core/fold.ts';
import type { Session, SessionsByKey, Turn } from '../core/session.ts';
import { redactThenCut } from '../text/redact.ts';
import { oneLine } from '../text/text.ts';
import { deedIn } from './deeds.ts';
import type { Fact } from './rules/fact.ts';
import type { RolesByAgent } from './rules/role.ts';

const MAX_TOOL_POINTS = 40;

interface ToolFactsPorts {
  sessions: SessionsByKey;
  redact(text: string): string;
}

/** What an event tells about tools: the same event again, or the same call from another source, changes nothing and is no fact. */
export function toolFacts({ event, before, after }: Change, { sessions, redact }: ToolFactsPorts, roles: RolesByAgent): Fact[] {
  const factIn = (turn: Turn) => deedIn(sessions, roles, after, turn, event.at);
  if (event.type === 'tool_started') {
    const turn = after.turns.find((other) => isTold(turnOf(before, other), other, event.callId));
    const call = turn?.callsById[event.callId];
    if (turn === undefined || call === undefined) return [];
    const isKnown = turnOf(before, turn)?.callsById[event.callId] !== undefined;
    return [
      {
        type: 'tool_started',
        ...factIn(turn),
        callId: call.callId,
        tool: call.tool,
        toolName: oneLine(redactThenCut(call.tool, MAX_TOOL_POINTS, redact)),
        args: call.args,
        ...(isKnown ? { isKnown } : {}),
      },
    ];
  }
  if (event.type === 'tool_ended') {
    const turn = after.turns.find((other) => event.callId in other.callsById);
    return turn === undefined ? [] : [{ type: 'tool_ended', ...factIn(turn), callId: event.callId }];
  }
  if (event.type === 'waiting_started' && event.on === 'approval') {
    const turn = after.turns.find((other) => other.waiting.some(({ waitId }) => waitId === event.waitId));
    return turn === undefined ? [] : [{ type: 'approval_asked', ...factIn(turn) }];
  }
  return []; // everything else is judged by its outcome: see answers.ts
}

function turnOf(session: Session, turn: Turn): Turn | undefined {
  return session.turns.find((other) => other.boxId === turn.boxId);
}

/** A call that is new, or whose arguments are. */
function isTold(before: Turn | undefined, after: Turn, callId: string): boolean {
  const call = after.callsById[callId];
  const known = before?.callsById[callId];
  if (call === undefined) return false;
  return known === undefined || (Object.keys(known.args).length === 0 && Object.keys(call.args).length > 0);
}
