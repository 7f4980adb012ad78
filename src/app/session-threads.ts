// Gives placement the stored threads of sessions, and knows when a session was active last.

import type { OwnThreads } from '../boxes/placement/own-thread.ts';
import type { Config } from '../config/config.ts';
import type { Session } from '../core/session.ts';
import type { PostStore } from '../store/post-store.ts';
import type { ThreadStore } from '../store/thread-store.ts';

/** What others see of threads and boxes of which nothing is stored. */
interface ThreadSight {
  isAboutToShow(boxId: string): boolean;
  /** The first post of the thread in which an earlier process showed the session. */
  threadOf(sessionKey: string, channelId: string): Promise<string | undefined>;
}

export function threadsOf(
  { threadLifeMs: lifeMs }: Pick<Config, 'threadLifeMs'>,
  { threads, posts }: { threads: ThreadStore; posts: PostStore },
  { isAboutToShow, threadOf }: ThreadSight,
): OwnThreads {
  return {
    lifeMs,
    of: (sessionKey) => threads.of(sessionKey),
    begin: (sessionKey, channelId, boxId, activeAt) => {
      threads.forgetBefore(activeAt - lifeMs, (other) => posts.awaitsPost(other) !== undefined);
      threads.begin(sessionKey, channelId, boxId, activeAt);
    },
    find: async (sessionKey, channelId, activeAt) => {
      const rootId = await threadOf(sessionKey, channelId);
      if (rootId !== undefined && threads.of(sessionKey) === undefined) threads.find(sessionKey, channelId, rootId, activeAt);
    },
    join: (sessionKey, boxId, activeAt) => threads.join(sessionKey, boxId, activeAt),
    awaitsPost: (boxId) => posts.awaitsPost(boxId) ?? isAboutToShow(boxId),
  };
}

/** When anything happened in the session last, as far as its turns are known. */
export function lastActivityOf({ turns }: Session): number {
  return Math.max(0, ...turns.map(({ lastEventAt }) => lastEventAt));
}
