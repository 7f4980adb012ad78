// What is put on a post beside its content: reactions and pins.

import { type FoundPost, PushError } from '../../core/sink.ts';
import { type Server, settledAnswer } from './doubtful-answers.ts';
import { segment } from './exchange.ts';
import { decodePostList, isOwn } from './post-json.ts';

const PINNED_MAX_BYTES = 16_777_216; // the list has no pages; a channel has few pinned posts

export async function react(server: Server, postId: string, emoji: string, signal: AbortSignal | undefined): Promise<void> {
  const body = { user_id: server.userId(), post_id: postId, emoji_name: emoji };
  await settledAnswer(server, 'mark', { method: 'POST', path: '/reactions', body, signal, repeatable: true });
}

export async function unreact(server: Server, postId: string, emoji: string, signal: AbortSignal | undefined): Promise<void> {
  const path = `/users/me/posts/${segment(postId)}/reactions/${segment(emoji)}`;
  await settledAnswer(server, 'mark', { method: 'DELETE', path, signal });
}

export async function pin(server: Server, postId: string, signal: AbortSignal | undefined): Promise<void> {
  await settledAnswer(server, 'mark', { method: 'POST', path: `/posts/${segment(postId)}/pin`, signal, repeatable: true });
}

export async function findPinned(server: Server, channelId: string, signal: AbortSignal | undefined): Promise<FoundPost[]> {
  const path = `/channels/${segment(channelId)}/pinned`;
  const answer = await settledAnswer(server, 'list', { method: 'GET', path, signal, maxBytes: PINNED_MAX_BYTES });
  const posts = decodePostList(answer.json);
  if (posts === undefined) throw new PushError('server', 'the answer is no list of posts');
  const own = posts.filter((post) => isOwn(post, server.userId(), 0)).map(({ found }) => found);
  return own.toSorted((one, other) => other.createdAt - one.createdAt);
}
