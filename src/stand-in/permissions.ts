// Finds out who sends a request and what they may do. Holds no state.

import { refusal } from './answer.ts';
import type { Post } from './post.ts';
import { livePost } from './world.ts';
import type { Channel, User, World } from './world.ts';

/** The token of an `Authorization` header: schemes `Bearer` and `Token` in any case, nothing else. */
export function tokenOf(headers: Record<string, string>): string {
  return /^(?:bearer|token) (.*)$/i.exec(headers['authorization'] ?? '')?.[1]?.trim() ?? '';
}

/** The user behind a request. While the database is down only tokens used before are known. */
export function userOfToken(world: World, token: string): User | undefined {
  const known = world.tokens.get(token);
  if (known === undefined || !known.active) return undefined;
  if (world.databaseDown && !world.cachedTokens.has(token)) return undefined;
  const user = world.usersById.get(known.userId);
  if (user === undefined || user.disabledAt !== 0) return undefined;
  if (!world.databaseDown) world.cachedTokens.add(token);
  return user;
}

/** Public channels can be read by everybody in the team, others by their members only. */
export function mayRead(world: World, user: User, channel: Channel): boolean {
  if (user.isAdmin || channel.memberIds.has(user.id)) return true;
  return channel.type === 'O' && world.team.memberIds.has(user.id);
}

/** Lists of posts, and writing, need membership. Archived channels are checked later. */
export function isMember(user: User, channel: Channel | undefined): channel is Channel {
  return channel !== undefined && (user.isAdmin || channel.memberIds.has(user.id));
}

/** The post and its channel, if `user` may edit it. Every refusal looks the same: 403. */
export function editablePost(world: World, user: User, postId: string): { post: Post; channel: Channel } {
  const post = livePost(world, postId);
  const channel = post === undefined ? undefined : world.channelsById.get(post.channel_id);
  if (post === undefined || !isMember(user, channel)) throw refusal('api.context.permissions.app_error');
  const own = post.user_id === user.id && !world.editingForbidden;
  if (!own && !user.isAdmin) throw refusal('api.context.permissions.app_error');
  return { post, channel };
}

/** The live post, if `user` may read it: 404 when unknown or deleted, 403 in a channel that is closed to them. */
export function readablePost(world: World, user: User, postId: string): Post {
  const post = livePost(world, postId);
  const channel = post === undefined ? undefined : world.channelsById.get(post.channel_id);
  if (post === undefined || channel === undefined) throw refusal('app.post.get.app_error');
  if (!mayRead(world, user, channel)) throw refusal('api.context.permissions.app_error');
  return post;
}
