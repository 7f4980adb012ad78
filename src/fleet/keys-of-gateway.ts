// Renames the sessions and boxes of a record, so that those of two gateways are never the same, whatever they are called there. Pure.

import type { Line, Session, Turn } from '../core/session.ts';
import { toldName } from '../core/told-name.ts';
import type { TurnRecord } from './turn-record.ts';

/** The sessions as a publisher keeps them: those of sub-agents first, so that the turn finds them when it is told. */
export function sessionsOf({ gateway, sessions }: TurnRecord): Session[] {
  const rename = (name: string): string => toldName(name, gateway);
  return sessions.map((session) => ({ ...renamed(withoutOurs(session), rename), gateway })).toReversed();
}

/** Without what only the fold of a publisher says of a session. */
function withoutOurs({
  silentSince: _silent,
  currentBoxId: _current,
  toldBy: _sources,
  routesBySource: _routes,
  ...session
}: Session): Session {
  return session;
}

type Rename = (name: string) => string;

function renamed(session: Session, rename: Rename): Session {
  const { key, parentKey, turns } = session;
  return {
    ...session,
    key: rename(key),
    ...(parentKey === undefined ? {} : { parentKey: rename(parentKey) }),
    turns: turns.map((turn) => renamedIn(turn, rename)),
  };
}

function renamedIn(turn: Turn, rename: Rename): Turn {
  const { boxId, trigger, hostKey, childrenByKey, lines } = turn;
  const hasChild = trigger.kind === 'announce' && trigger.childKey !== undefined;
  return {
    ...turn,
    boxId: rename(boxId),
    ...(hasChild ? { trigger: { ...trigger, childKey: rename(trigger.childKey ?? '') } } : {}),
    ...(hostKey === undefined ? {} : { hostKey: rename(hostKey) }),
    childrenByKey: Object.fromEntries(Object.entries(childrenByKey).map(([key, child]) => [rename(key), child])),
    lines: lines.map((line) => renamedLine(line, rename)),
  };
}

function renamedLine(line: Line, rename: Rename): Line {
  return line.kind === 'child' ? { ...line, childKey: rename(line.childKey) } : line;
}
