// A channel of posts as the search for old posts sees it.

import type { LiveStatusMeta } from '../../../src/boxes/publish/post-meta.ts';
import type { FoundPost, PushError, Sink } from '../../../src/core/sink.ts';

export interface Posts extends Sink {
  readonly byId: Map<string, FoundPost>;
  readonly reads: string[];
  readonly edits: string[];
  /** How often the channel was looked through. */
  searches: number;
  creates: number;
  /** What reading is answered with, if not with posts. */
  refusal: PushError | undefined;
  /** Writes a post as the watcher `instance` would. */
  write(postId: string, meta: Partial<LiveStatusMeta>): void;
}

export const CHANNEL = 'town';

export function createPosts(): Posts {
  const byId = new Map<string, FoundPost>();
  const [reads, edits]: string[][] = [[], []];
  const refuse = (): void => {
    if (channel.refusal !== undefined) throw channel.refusal;
  };
  const channel: Posts = {
    byId,
    reads: reads ?? [],
    edits: edits ?? [],
    searches: 0,
    creates: 0,
    refusal: undefined,
    write(postId, meta) {
      const full = { v: 1, box: postId, session: 'theirs', runs: [], start: 0, open: true, seq: 1, instance: 'old', claimedAt: 0, ...meta };
      byId.set(postId, { postId, target: { channelId: CHANNEL }, createdAt: 0, meta: full });
    },
    create: async () => {
      channel.creates += 1;
      return { postId: 'new' };
    },
    edit: async (postId) => void edits?.push(postId),
    read: async (postId) => {
      reads?.push(postId);
      refuse();
      return byId.get(postId);
    },
    findOwn: async () => {
      channel.searches += 1;
      refuse();
      return [...byId.values()];
    },
    findPinned: async () => [],
    pin: async () => undefined,
    react: async () => undefined,
    unreact: async () => undefined,
    probe: async () => undefined,
  };
  return channel;
}
