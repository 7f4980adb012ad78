// `POST /posts`: permissions, the memory of pending ids, the root, the limits.

import { isMember, mayRead } from './permissions.ts';
import { refusal } from './answer.ts';
import type { Reply } from './answer.ts';
import { storedProps } from './attachments.ts';
import type { Call } from './route-call.ts';
import { decodePost } from './decode-post.ts';
import type { PostFields } from './decode-post.ts';
import { checkContent } from './post-limits.ts';
import { insertPost } from './write-posts.ts';
import { wirePost } from './post.ts';
import type { Post } from './post.ts';
import { livePost, replyCountOf } from './world.ts';
import type { World } from './world.ts';

const FIRST_REPLIES_MS = 10; // Observed: 16 of 60 pairs that were sent up to 11 ms apart.

/** Creates a post, or gives back the first one of the same `pending_post_id`. */
export function createPost(call: Call): Reply {
  const fields = decodePost(call);
  checkChannel(call, fields);
  const earlier = earlierPost(call, fields);
  if (earlier !== undefined)
    return { status: 201, body: withoutMetadata(wirePost(earlier, call.world.rules, replyCountOf(call.world, earlier))) };
  const post = insertAndRemember(call, fields);
  return { status: 201, body: wirePost(post, call.world.rules, replyCountOf(call.world, post), fields.pendingPostId) };
}

/** The `pending_post_id` of a create request, for marking it as in progress before it is applied. */
export function pendingIdOf(body: string): string | undefined {
  const match = /"pending_post_id"\s*:\s*("(?:[^"\\]|\\.)+")/.exec(body);
  return match?.[1] === undefined ? undefined : String(JSON.parse(match[1]));
}

function checkChannel(call: Call, fields: PostFields): void {
  const channel = call.world.channelsById.get(fields.channelId ?? '');
  if (!isMember(call.user, channel)) throw refusal('api.context.permissions.app_error');
  if (fields.type?.startsWith('system_')) throw refusal('api.context.invalid_param.app_error', { what: 'post.type' });
  if (channel.archivedAt !== 0) throw refusal('api.post.create_post.can_not_post_to_deleted.error');
  const isKnownType = !fields.type || fields.type.startsWith('custom_');
  if (call.world.rules.checksType && !isKnownType) throw refusal('model.post.is_valid.type.app_error');
}

/** The post that the same `pending_post_id` made within the last 30 s, deleted ones being a failure of their own. */
function earlierPost(call: Call, fields: PostFields): Post | undefined {
  const { world, user } = call;
  const state = world.pendingIds.state(fields.pendingPostId ?? '', world.clock.now());
  switch (state.kind) {
    case 'unknown':
      return undefined;
    case 'in_progress':
      throw refusal('api.post.deduplicate_create_post.pending');
    case 'created': {
      const post = livePost(world, state.postId);
      if (post === undefined) throw refusal('api.post.deduplicate_create_post.failed_to_get');
      const channel = world.channelsById.get(post.channel_id);
      const hidden = world.rules.pendingIdNeedsAccess && (channel === undefined || !mayRead(world, user, channel));
      return hidden ? undefined : post;
    }
    default:
      return state satisfies never;
  }
}

function insertAndRemember(call: Call, fields: PostFields): Post {
  const { world, user } = call;
  if (fields.id) throw refusal('app.post.save.existing.app_error');
  const message = fields.message ?? '';
  const props = { ...storedProps(fields.props ?? {}, world.newId), ...(user.isBot ? { from_bot: 'true' } : {}) };
  checkRoot(call, fields);
  checkContent(world, { message, props }, 'app.post.save.app_error');
  const place = { channel_id: fields.channelId ?? '', root_id: fields.rootId ?? '' };
  const post = insertPost(world, {
    ...place,
    user_id: user.id,
    message,
    props,
    type: fields.type ?? '',
    is_pinned: fields.isPinned ?? false,
  });
  if (fields.pendingPostId) world.pendingIds.complete(fields.pendingPostId, post.id, world.clock.now());
  return post;
}

function checkRoot(call: Call, fields: PostFields): void {
  if (!fields.rootId) return;
  const root = livePost(call.world, fields.rootId);
  if (root === undefined || root.root_id !== '') throw refusal('api.post.create_post.root_id.app_error');
  if (root.channel_id !== fields.channelId) throw refusal('api.post.create_post.channel_root_id.app_error');
  if (call.world.rules.firstRepliesRace && hasJustBegun(call.world, root)) throw refusal('app.post.save.app_error');
}

/** Each of two first replies adds the thread to a table, and the second one fails. */
function hasJustBegun(world: World, root: Post): boolean {
  const replies = [...(world.replyIdsByRoot.get(root.id) ?? [])].flatMap((id) => world.rows.get(id) ?? []);
  return replies.length > 0 && replies.every((reply) => world.clock.now() - reply.create_at < FIRST_REPLIES_MS);
}

/** A repeated create returns the stored row without metadata. */
function withoutMetadata(wire: Record<string, unknown>): Record<string, unknown> {
  const { metadata: _absent, ...rest } = wire;
  return rest;
}
