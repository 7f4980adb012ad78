// Changing and deleting posts: `PUT /posts/{id}` (replaces), `PUT /posts/{id}/patch`, pinning, `DELETE`.

import { editablePost, readablePost } from './permissions.ts';
import { refusal } from './answer.ts';
import type { Reply } from './answer.ts';
import { storedProps } from './attachments.ts';
import { idParam } from './route-call.ts';
import type { Call } from './route-call.ts';
import { decodePost } from './decode-post.ts';
import { checkContent } from './post-limits.ts';
import { deletePost, updatePost } from './write-posts.ts';
import type { PostChange } from './write-posts.ts';
import { wirePost } from './post.ts';
import type { Post } from './post.ts';
import { livePost, replyCountOf } from './world.ts';

/** A full update: everything the body leaves out is cleared. */
export function putPost(call: Call): Reply {
  const postId = idParam(call.params, 'post_id');
  const fields = decodePost(call);
  if (fields.id !== postId) throw refusal('api.context.invalid_body_param.app_error', { what: 'id' });
  const { post, channel } = editablePost(call.world, call.user, postId);
  if (post.type.startsWith('system_')) throw refusal('api.post.update_post.system_message.app_error');
  if (channel.archivedAt !== 0) throw refusal('api.post.update_post.can_not_update_post_in_deleted.error');
  const message = fields.message ?? '';
  checkEditTime(call, post, message !== post.message);
  return save(call, post, { message, props: storedProps(fields.props ?? {}, call.world.newId), is_pinned: fields.isPinned ?? false });
}

/** A partial update: what the body leaves out stays; props are replaced as a whole. */
export function patchPost(call: Call): Reply {
  const postId = idParam(call.params, 'post_id');
  const fields = decodePost(call);
  const { post, channel } = editablePost(call.world, call.user, postId);
  if (channel.archivedAt !== 0) throw refusal('api.post.patch_post.can_not_update_post_in_deleted.error');
  checkEditTime(call, post, fields.message !== undefined);
  return save(call, post, {
    ...(fields.message === undefined ? {} : { message: fields.message }),
    ...(fields.props === undefined ? {} : { props: storedProps(fields.props, call.world.newId) }),
    ...(fields.isPinned === undefined ? {} : { is_pinned: fields.isPinned }),
  });
}

/** Pins or unpins; needs read access only and is an edit like any other. */
export function pinPost(call: Call, pinned: boolean): Reply {
  const post = readablePost(call.world, call.user, idParam(call.params, 'post_id'));
  updatePost(call.world, post, { is_pinned: pinned }, call.user.id);
  return { status: 200, body: { status: 'OK' } };
}

/** Deletes a post; with a root, its replies too. */
export function removePost(call: Call): Reply {
  const postId = idParam(call.params, 'post_id');
  if (call.world.rules.repeatedDeleteIsNotFound && livePost(call.world, postId) === undefined) throw refusal('app.post.get.app_error');
  const { post, channel } = editablePost(call.world, call.user, postId);
  if (channel.archivedAt !== 0) throw refusal('api.post.delete_post.can_not_delete_post_in_deleted.error');
  deletePost(call.world, post, call.user.id);
  return { status: 200, body: { status: 'OK' } };
}

/** The limit applies only to the message: an edit of nothing but props passes, however old the post is. */
function checkEditTime(call: Call, post: Post, touchesMessage: boolean): void {
  const { rules, editTimeLimitMs, clock } = call.world;
  if (!rules.enforcesEditTimeLimit || editTimeLimitMs === undefined || !touchesMessage) return;
  if (clock.now() > post.create_at + editTimeLimitMs) throw refusal('api.post.update_post.permissions_time_limit.app_error');
}

function save(call: Call, post: Post, change: PostChange): Reply {
  const { world, user } = call;
  checkContent(world, { message: change.message ?? post.message, props: change.props ?? post.props }, 'app.post.update.app_error');
  const saved = updatePost(world, post, change, user.id);
  return { status: 200, body: wirePost(saved, world.rules, replyCountOf(world, saved)) };
}
