// Says of a turn whose it is, in which conversation it happens and in which box it is shown. Pure.

import { homeOf } from '../core/home.ts';
import type { Session, SessionsByKey, Turn } from '../core/session.ts';
import { type RootTurn, rootOf } from '../core/tree.ts';
import type { Deed } from './rules/fact.ts';
import { roleOf, type RolesByAgent } from './rules/role.ts';

/** Channel and thread are one conversation, whatever the sessions of its agents; everything else is by session. */
export function conversationOf({ session, turn }: RootTurn): string {
  const home = homeOf(turn);
  return home?.kind === 'channel' ? `${home.channelId}/${home.rootId ?? ''}` : `session:${session.key}`;
}

/** Where a notice about a conversation can be posted. */
export function placeOf(conversation: string): { channelId: string; rootId?: string } | undefined {
  if (conversation.startsWith('session:')) return undefined;
  const [channelId = '', rootId = ''] = conversation.split('/');
  return { channelId, ...(rootId === '' ? {} : { rootId }) };
}

/** What happened in a turn, as a deed of its agent; a sub-agent's turn belongs to the turn that it works for. */
export function deedIn(sessions: SessionsByKey, roles: RolesByAgent, session: Session, turn: Turn, at: number): Deed {
  const root = rootOf(sessions, session, turn) ?? { session, turn };
  const role = roleOf(roles, session.agentId);
  return {
    at,
    conversation: conversationOf(root),
    sessionKey: session.key,
    agentId: session.agentId,
    boxId: root.turn.boxId,
    ...(role === undefined ? {} : { role }),
  };
}

/** The newest turn with a box of its own that `isMeant`. */
export function newestTurn(sessions: SessionsByKey, isMeant: (root: RootTurn) => boolean): RootTurn | undefined {
  let newest: RootTurn | undefined;
  for (const session of sessions.values()) {
    for (const turn of session.turns) {
      const isNewer = newest === undefined || turn.startedAt > newest.turn.startedAt;
      if (isNewer && rootOf(sessions, session, turn)?.turn === turn && isMeant({ session, turn })) newest = { session, turn };
    }
  }
  return newest;
}
