// Makes the per-session list of `/health`: where the box of each turn is, or why it is nowhere. Pure.

import { type Activity, activityOf } from '../../core/activity.ts';
import type { TurnStatus } from '../../core/card.ts';
import { straysOf } from '../../core/orphans.ts';
import type { Session, SessionsByKey } from '../../core/session.ts';
import type { Target } from '../../core/sink.ts';
import { type RootTurn, treeOf } from '../../core/tree.ts';
import { type Wait, waitsIn, waitsInTree } from '../../core/waiting.ts';
import { type BoxEntry, isDrawn } from './box-entry.ts';
import { FORGET_AFTER_MS } from './next-look.ts';

/** One line of it. */
export interface BoardRow {
  /** `has`: it is kept up to date; `waits`: it would be if fewer others were; neither for what has ended or has no place. */
  slot?: 'has' | 'waits';
  sessionKey: string;
  agentId: string;
  /** The first source that told of the session. */
  source?: string;
  /** What it is called when that is not the name of its agent. */
  title?: string;
  /** Only for sessions that rules of ROUTES place. */
  address?: string;
  sessionId?: string;
  /** The gateway that watches it, where that is not ours. */
  gateway?: string;
  state: TurnStatus['state'];
  activity: Activity;
  boxId: string;
  target?: Target;
  why?: string;
  /** Everything in it that waits for people, sub-agents included. */
  waits: readonly Wait[];
}

const WAITS_FOR_SLOT = 'it waits until another box ends or is quiet; MAX_ACTIVE_SESSIONS boxes are open';

/** Why a box has neither a post nor a refusal yet. */
const WHY_NOT_YET: Partial<Record<BoxEntry['phase'], string>> = {
  undecided: 'it is not yet worth a post; OPEN_AFTER_MS says how long a turn must last',
  placing: 'Mattermost is being asked where it belongs',
};
const STRAY = 'it is a sub-agent, and the turn that spawned it is not known; sub-agents are shown in the box of that turn only';

/** One row for each box that exists or may come, and for each sub-agent that worked lately and that no box shows. */
export function boardRows(entries: Iterable<BoxEntry>, sessions: SessionsByKey, now: number): BoardRow[] {
  const strays = straysOf(sessions).filter(({ turn }) => turn.lastEventAt >= now - FORGET_AFTER_MS);
  return [...[...entries].map((entry) => rowOf(entry, sessions, now)), ...strays.map((stray) => strayRow(stray, now))];
}

/** The row of a sub-agent whose turn no box shows. */
function strayRow({ session, turn }: RootTurn, now: number): BoardRow {
  const state = turn.end === undefined ? 'active' : 'done';
  const activity = activityOf(state, turn, now);
  const waits = turn.end === undefined ? waitsIn(turn, now) : [];
  return {
    sessionKey: session.key,
    agentId: session.agentId,
    ...sourceOf(session),
    ...gatewayOf(session),
    state,
    activity,
    boxId: turn.boxId,
    why: STRAY,
    waits,
  };
}

function rowOf(entry: BoxEntry, sessions: SessionsByKey, now: number): BoardRow {
  const session = sessions.get(entry.sessionKey);
  const { agentId = '', address, sessionId, title } = session ?? {};
  const turn = session?.turns.find(({ boxId }) => boxId === entry.boxId);
  const where = entry.target === undefined ? {} : { target: entry.target };
  const reason = entry.phase === 'placed' && !isDrawn(entry) ? WAITS_FOR_SLOT : (entry.why ?? WHY_NOT_YET[entry.phase]);
  const why = reason === undefined ? {} : { why: reason };
  return {
    sessionKey: entry.sessionKey,
    agentId,
    ...sourceOf(session),
    ...gatewayOf(session),
    ...(title === undefined ? {} : { title }),
    ...(address === undefined ? {} : { address }),
    ...(sessionId === undefined ? {} : { sessionId }),
    state: entry.state,
    activity: activityOf(entry.state, turn, now),
    boxId: entry.boxId,
    ...where,
    ...slotOf(entry),
    ...why,
    waits: session === undefined || turn === undefined || entry.final ? [] : waitsInTree(treeOf(sessions, session, turn, now)),
  };
}

function sourceOf(session: Session | undefined): Pick<BoardRow, 'source'> {
  const source = session?.toldBy?.[0];
  return source === undefined ? {} : { source };
}

function gatewayOf(session: Session | undefined): Pick<BoardRow, 'gateway'> {
  return session?.gateway === undefined ? {} : { gateway: session.gateway };
}

function slotOf({ phase, final, holdsSlot }: BoxEntry): Pick<BoardRow, 'slot'> {
  if (phase !== 'placed' || final) return {};
  return { slot: holdsSlot ? 'has' : 'waits' };
}
