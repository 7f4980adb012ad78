// One post as the stand-in stores it and sends it. A post is never changed, only replaced.

import { visibleProps } from './attachments.ts';
import type { ServerRules } from './version-rules.ts';

/** A stored post, in Mattermost's own field names. Instants are milliseconds since the epoch, 0 for never. */
export interface Post {
  readonly id: string;
  readonly create_at: number;
  readonly update_at: number;
  readonly edit_at: number;
  readonly delete_at: number;
  readonly is_pinned: boolean;
  readonly user_id: string;
  readonly channel_id: string;
  readonly root_id: string;
  /** Set on history rows only: the post whose earlier state this is. */
  readonly original_id: string;
  readonly message: string;
  readonly type: string;
  readonly props: Record<string, unknown>;
  readonly hashtags: string;
}

/** One accepted state of a post. */
export interface PostVersion {
  at: number;
  cause: 'created' | 'edited' | 'deleted';
  /** Who did it. */
  userId: string;
  post: Post;
}

const EMPTY: Post = {
  id: '',
  create_at: 0,
  update_at: 0,
  edit_at: 0,
  delete_at: 0,
  is_pinned: false,
  user_id: '',
  channel_id: '',
  root_id: '',
  original_id: '',
  message: '',
  type: '',
  props: {},
  hashtags: '',
};

/** A post in which every missing field is empty. */
export function postOf(given: Partial<Post>): Post {
  return { ...EMPTY, ...given };
}

/** The post as JSON. `replyCount` is 0 in answers that do not count (single reads and pages). */
export function wirePost(post: Post, rules: ServerRules, replyCount: number, pendingPostId = ''): Record<string, unknown> {
  return {
    ...post,
    // The text of a deleted post is not sent, although its row is kept.
    message: post.delete_at === 0 ? post.message : '',
    ...(rules.oldThreadShape ? { parent_id: post.root_id } : {}),
    props: visibleProps(post.props),
    pending_post_id: pendingPostId,
    reply_count: replyCount,
    last_reply_at: 0,
    participants: null,
    metadata: 'attachments' in post.props ? { embeds: [{ type: 'message_attachment' }] } : {},
  };
}

/** The hashtags of a message, separated by blanks, as Mattermost stores them. */
export function hashtagsOf(message: string): string {
  const tags = message.split(/\s+/).filter((word) => /^#\p{L}[\p{L}\d\-_.]*[\p{L}\d]$/u.test(word));
  return tags.join(' ');
}
