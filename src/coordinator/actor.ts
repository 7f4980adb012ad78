// Finds who acts in a turn, in which conversation, and which box shows it. Pure.

import { homeOf } from '../core/home.ts';
import type { Session, SessionsByKey, Turn } from '../core/session.ts';
import { type RootTurn, rootOf } from '../core/tree.ts';
import type { Actor } from './rules/observation.ts';
import { roleOf, type RolesByAgent } from './rules/role.ts';

/** A channel and thread are one conversation, whatever sessions its agents have. Elsewhere each session is one. */
export function conversationOf({ session, turn }: RootTurn): string {
  const home = homeOf(turn);
  return home?.kind === 'channel' ? `${home.channelId}/${home.rootId ?? ''}` : `session:${session.key}`;
}

/** Where an alert about a conversation can be posted. */
export function placeOf(conversation: string): { channelId: string; rootId?: string } | undefined {
  if (conversation.startsWith('session:')) return undefined;
  const [channelId = '', rootId = ''] = conversation.split('/');
  return { channelId, ...(rootId === '' ? {} : { rootId }) };
}

/** The agent of a turn, acting at that instant. A sub-agent's turn belongs to the turn that it works for. */
export function actorIn(sessions: SessionsByKey, roles: RolesByAgent, session: Session, turn: Turn, at: number): Actor {
  const root = rootOf(sessions, session, turn) ?? { session, turn };
  const role = roleOf(roles, session);
  return {
    at,
    conversation: conversationOf(root),
    sessionKey: session.key,
    agentId: session.agentId,
    boxId: root.turn.boxId,
    ...(role === undefined ? {} : { role }),
    ...(session.address === undefined ? {} : { address: session.address }),
    ...(session.title === undefined ? {} : { title: session.title }),
  };
}

/** The newest of the turns with a box of their own that `isMeant` picks. */
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
