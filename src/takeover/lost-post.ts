// Makes the last card of a post whose turn is not known any more. After that card the post is left alone. Pure.

import type { BoxView } from '../boxes/publish/publisher-ports.ts';
import { closingCard } from '../boxes/render/closing-card.ts';
import type { Card } from '../core/card.ts';
import type { PostRecord } from '../core/post-record.ts';
import type { Leftover } from './adoption.ts';

/** A record as if this process had written the post and owed it an end. */
export function recordOfLost(boxId: string, { post: { postId, target, createdAt }, meta: { seq } }: Leftover): PostRecord {
  return { boxId, target, phase: 'posted', pendingPostId: postId, postId, seq, owedFinal: true, final: false, createdAt };
}

export function viewOfLost(
  boxId: string,
  { post: { target }, meta: { session, runs, start, trigger, log } }: Leftover,
  agent: string | undefined,
): BoxView {
  const optional = { ...(trigger === undefined ? {} : { trigger }), ...(log === undefined ? {} : { log }) };
  const meta = { session, runs, start, ...optional };
  return { boxId, target, card: lostCard(agent), turnStartedAt: start, meta };
}

function lostCard(agent = ''): Card {
  return closingCard(agent, {
    state: 'lost',
    heading: '[LOST] source gone',
    line: 'The watcher was away, and nothing says how this turn ended.',
    urgentKey: 'lost',
  });
}
