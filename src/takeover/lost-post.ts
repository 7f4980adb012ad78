// Makes the last card of a post whose turn is not known any more. After that card the post is left alone. Pure.

import { colorOf } from '../boxes/render/colors.ts';
import type { BoxView } from '../boxes/publish/publisher-ports.ts';
import type { Card } from '../core/card.ts';
import type { PostRecord } from '../core/post-record.ts';
import { OUR_MARK, plainText } from '../text/neutralise.ts';
import type { Leftover } from './adoption.ts';

const MAX_NAME_POINTS = 40;

/** A record as if this process had written the post and owed it an end. */
export function recordOfLost({ post: { postId, target, createdAt }, meta }: Leftover): PostRecord {
  const { box: boxId, seq } = meta;
  return { boxId, target, phase: 'posted', pendingPostId: postId, postId, seq, owedFinal: true, final: false, createdAt };
}

export function viewOfLost(
  { post: { target }, meta: { box, session, runs, start, trigger } }: Leftover,
  agent: string | undefined,
): BoxView {
  const meta = { session, runs, start, ...(trigger === undefined ? {} : { trigger }) };
  return { boxId: box, target, card: lostCard(agent), turnStartedAt: start, meta };
}

function lostCard(agent: string | undefined): Card {
  const name = agent === undefined ? '' : plainText(agent, MAX_NAME_POINTS);
  const title = ['[LOST] source gone', ...(name === '' ? [] : [name])].join(' | ');
  const lines = [`${OUR_MARK} The watcher was away, and nothing says how this turn ended.`];
  return { state: 'lost', color: colorOf('lost', false), title, lines, droppedLines: 0, fallback: title, urgentKey: 'lost', final: true };
}
