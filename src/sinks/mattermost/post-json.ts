// Decodes posts and lists of posts as Mattermost sends them. Nothing here throws.

import { isRecord } from '../../core/json-guards.ts';
import type { FoundPost } from '../../core/sink.ts';

/** A post with what the scan needs beside it. */
export interface ReadPost {
  found: FoundPost;
  userId: string;
  message: string;
  deleted: boolean;
}

/** `undefined` when it is no post at all. */
export function decodePost(json: unknown): ReadPost | undefined {
  if (!isRecord(json)) return undefined;
  const {
    id,
    channel_id: channelId,
    root_id: rootId,
    create_at: createdAt,
    user_id: userId,
    delete_at: deleteAt,
    is_pinned: isPinned,
    message,
    props,
  } = json;
  if (typeof id !== 'string' || typeof channelId !== 'string' || typeof createdAt !== 'number') return undefined;
  const target = typeof rootId === 'string' && rootId !== '' ? { channelId, rootId } : { channelId };
  const meta = isRecord(props) ? props['livestatus'] : undefined;
  return {
    found: { postId: id, target, createdAt, meta, ...(isPinned === true ? { isPinned } : {}) },
    userId: typeof userId === 'string' ? userId : '',
    message: typeof message === 'string' ? message : '',
    deleted: typeof deleteAt === 'number' && deleteAt > 0,
  };
}

/** The posts of a list in its order, without the thread roots that some versions add to it. `undefined` when it is no list. */
export function decodePostList(json: unknown): ReadPost[] | undefined {
  if (!isRecord(json) || !Array.isArray(json['order']) || !isRecord(json['posts'])) return undefined;
  const postsById = json['posts'];
  const ids = new Set(json['order'].filter((id) => typeof id === 'string'));
  return [...ids].flatMap((id) => decodePost(postsById[id]) ?? []);
}

/** Whether that account wrote it, by this program, since that instant. */
export function isOwn(post: ReadPost, userId: string, sinceAt: number): boolean {
  return !post.deleted && post.userId === userId && post.found.meta !== undefined && post.found.createdAt >= sinceAt;
}
