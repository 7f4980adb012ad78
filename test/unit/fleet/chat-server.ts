// A chat server as far as it matters who writes which post.

import type { PostDraft } from '../../../src/core/sink.ts';
import { createPosts, type Posts } from '../app/posts.ts';

/** Answers one pending id with one post, as Mattermost does, and keeps what a post says of itself. */
export function chatServer(): { posts: Posts; drafts: PostDraft[] } {
  const posts = createPosts();
  const drafts: PostDraft[] = [];
  const idsByPending = new Map<string, string>();
  posts.create = async (draft) => {
    drafts.push(draft);
    const known = idsByPending.get(draft.pendingPostId);
    const postId = known ?? `post${idsByPending.size}`;
    idsByPending.set(draft.pendingPostId, postId);
    if (known === undefined) posts.write(postId, draft.props['livestatus'] ?? {});
    return { postId };
  };
  return { posts, drafts };
}
