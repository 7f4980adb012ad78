// Writes posts: rows, history rows, versions and events. Callers check permissions and limits.

import { sameAttachments } from './attachments.ts';
import { hashtagsOf, postOf } from './post.ts';
import type { Post, PostVersion } from './post.ts';
import { livePost, putRow, repliesOf } from './world.ts';
import type { PostEvent, World } from './world.ts';

/** What an edit may change. */
export type PostChange = Partial<Pick<Post, 'message' | 'props' | 'is_pinned'>>;

/** Inserts a new post and moves its channel's, and its root's, times. */
export function insertPost(world: World, given: Partial<Post> & Pick<Post, 'user_id' | 'channel_id' | 'message'>): Post {
  const now = world.clock.now();
  const post = postOf({ ...given, id: world.newId(), create_at: now, update_at: now, hashtags: hashtagsOf(given.message) });
  putRow(world, post);
  touchRoot(world, post);
  const channel = world.channelsById.get(post.channel_id);
  if (channel !== undefined) {
    channel.lastPostAt = now;
    channel.postCount += 1;
  }
  recordVersion(world, post, 'created', post.user_id);
  announce(world, 'posted', post);
  return post;
}

/**
 * Replaces a post and keeps a full copy of the old one as a history row, even when nothing changed.
 * `update_at` always moves; `edit_at` only when the message or the attachments differ.
 */
export function updatePost(world: World, old: Post, change: PostChange, userId: string): Post {
  const now = world.clock.now();
  const changed = { ...old, ...change };
  const edited = changed.message !== old.message || !sameAttachments(changed.props, old.props);
  const post = { ...changed, update_at: now, edit_at: edited ? now : old.edit_at, hashtags: hashtagsOf(changed.message) };
  addHistoryRow(world, old, now);
  putRow(world, post);
  touchRoot(world, post);
  recordVersion(world, post, 'edited', userId);
  announce(world, 'post_edited', post);
  return post;
}

/** Marks a post deleted, and with a root all its replies. */
export function deletePost(world: World, post: Post, userId: string): void {
  const replies = post.root_id === '' ? repliesOf(world, post.id) : [];
  for (const doomed of [post, ...replies]) {
    const now = world.clock.now();
    const deleted = { ...doomed, delete_at: now, update_at: now, props: { ...doomed.props, deleteBy: userId } };
    putRow(world, deleted);
    recordVersion(world, deleted, 'deleted', userId);
    announce(world, 'post_deleted', deleted);
  }
}

function addHistoryRow(world: World, old: Post, now: number): void {
  const id = world.newId();
  putRow(world, { ...old, id, original_id: old.id, update_at: now, delete_at: now });
}

/** Any write to a reply moves its root's `update_at`, without a history row. */
function touchRoot(world: World, reply: Post): void {
  const root = reply.root_id === '' ? undefined : livePost(world, reply.root_id);
  if (root !== undefined) putRow(world, { ...root, update_at: reply.update_at });
}

function recordVersion(world: World, post: Post, cause: PostVersion['cause'], userId: string): void {
  const versions = world.versionsByPost.get(post.id) ?? [];
  versions.push({ at: post.update_at, cause, userId, post });
  world.versionsByPost.set(post.id, versions);
}

function announce(world: World, kind: PostEvent['kind'], post: Post): void {
  for (const listener of world.listeners) listener({ kind, at: post.update_at, post });
}
