// Reactions of people and bots on posts: `POST /reactions`, their removal and their list.

import { refusal } from './answer.ts';
import type { Reply } from './answer.ts';
import { firstJsonValue, isObject } from './lenient-json.ts';
import { isMember, readablePost } from './permissions.ts';
import type { Post } from './post.ts';
import { idParam } from './route-call.ts';
import type { Call } from './route-call.ts';
import { livePost, putRow } from './world.ts';
import type { Reaction, ReactionEvent, World } from './world.ts';

/** `POST /reactions`: only for oneself. The same one again changes nothing. */
export function addReaction(call: Call): Reply {
  const body = firstJsonValue(call.body);
  const { user_id: userId, post_id: postId, emoji_name: emoji } = isObject(body) ? body : {};
  if (typeof postId !== 'string' || typeof emoji !== 'string' || emoji === '')
    throw refusal('api.context.invalid_body_param.app_error', { what: 'reaction' });
  if (userId !== call.user.id) throw refusal('api.reaction.save_reaction.user_id.app_error');
  const post = reactedPost(call, postId, 'save');
  const known = reactionsOf(call.world, post.id).find((reaction) => reaction.user_id === userId && reaction.emoji_name === emoji);
  return { status: 200, body: known ?? save(call, post, emoji) };
}

function save(call: Call, post: Post, emoji: string): Reaction {
  const now = call.world.clock.now();
  const times = { create_at: now, update_at: now, delete_at: 0 };
  const reaction = { user_id: call.user.id, post_id: post.id, emoji_name: emoji, ...times, remote_id: '' };
  write(call.world, post, [...reactionsOf(call.world, post.id), reaction]);
  announce(call.world, { kind: 'reaction_added', channelId: post.channel_id, reaction });
  return reaction;
}

/** `DELETE /users/{user}/posts/{post}/reactions/{name}`: of oneself only. One that is not there is no failure. */
export function removeReaction(call: Call): Reply {
  if (idParam(call.params, 'user_id') !== call.user.id) throw refusal('api.context.permissions.app_error');
  const post = reactedPost(call, idParam(call.params, 'post_id'), 'delete');
  const all = reactionsOf(call.world, post.id);
  const gone = all.find(({ user_id: by, emoji_name: name }) => by === call.user.id && name === call.params['emoji_name']);
  if (gone !== undefined) {
    write(
      call.world,
      post,
      all.filter((reaction) => reaction !== gone),
    );
    announce(call.world, { kind: 'reaction_removed', channelId: post.channel_id, reaction: gone });
  }
  return { status: 200, body: { status: 'OK' } };
}

/** `GET /posts/{id}/reactions`. */
export function listReactions(call: Call): Reply {
  return { status: 200, body: reactionsOf(call.world, readablePost(call.world, call.user, idParam(call.params, 'post_id')).id) };
}

/** The reactions on a post, oldest first. */
export function reactionsOf(world: World, postId: string): readonly Reaction[] {
  return world.reactionsByPost.get(postId) ?? [];
}

function reactedPost({ world, user }: Call, postId: string, what: 'save' | 'delete'): Post {
  const post = livePost(world, postId);
  const channel = post === undefined ? undefined : world.channelsById.get(post.channel_id);
  if (post === undefined || channel === undefined) throw refusal('app.post.get.app_error');
  if (!isMember(user, channel) || world.reactingForbidden) throw refusal('api.context.permissions.app_error');
  if (channel.archivedAt !== 0) throw refusal(`api.reaction.${what}.archived_channel.app_error`);
  return post;
}

/** Moves the post's `update_at`, without a history row (recorded). */
function write(world: World, post: Post, reactions: readonly Reaction[]): void {
  world.reactionsByPost.set(post.id, reactions);
  putRow(world, { ...post, update_at: world.clock.now() });
}

function announce(world: World, event: ReactionEvent): void {
  for (const listener of world.reactionListeners) listener(event);
}
