// Owns how long edits took, in threads and outside. Old servers read a whole thread for each edit of one of its posts, new ones do not:
// which of the two this one is shows in the time its edits take, not in its version.

import { forwarded } from '../core/guarded.ts';
import type { PostBody, Sink } from '../core/sink.ts';

/** Replies of a thread and how long an edit took in it, in milliseconds. */
export interface ThreadEdit {
  replies: number;
  ms: number;
}

const KEPT = 50; // The newest tell how the server is now.
const TELLING_REPLIES = 50; // In a shorter thread the replies cost less than chance does.
const DEAR_MS = 100; // Observed on 5.37: 93 ms with 300 replies, 489 ms with 1,000; on 11.6: 16 and 11 ms.
const DEAR_TIMES = 3; // A slow way to the server makes every edit slow, in a thread or not.

/**
 * Whether an edit in a thread with that many replies would cost the server dearly, judged by edits in other threads and by those outside
 * of threads. Of what was never tried it is not.
 */
export function isDear(replies: number, inThreads: readonly ThreadEdit[], outside: readonly number[]): boolean {
  const telling = inThreads.filter((edit) => edit.replies >= TELLING_REPLIES);
  if (telling.length === 0) return false;
  const usual = medianOf(outside.length > 0 ? outside : [Math.min(...telling.map(({ ms }) => ms)) / DEAR_TIMES]);
  const perReply = sumOf(telling.map(({ ms }) => Math.max(0, ms - usual))) / sumOf(telling.map((edit) => edit.replies));
  const expected = usual + perReply * replies;
  return expected > DEAR_MS && expected > DEAR_TIMES * usual;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

export interface ThreadCosts {
  /** The same sink; its edits are timed. */
  timed(sink: Sink): Sink;
  /** How many replies a thread has, as just counted. */
  noteReplies(rootId: string, replies: number): void;
  isDear(replies: number): boolean;
}

/** `nowMs` is a steady clock. */
export function createThreadCosts(nowMs: () => number): ThreadCosts {
  const repliesByRoot = new Map<string, number>();
  /** The root of each post that was made here, or nothing where it stands in the channel. */
  const rootByPost = new Map<string, string | undefined>();
  const inThreads: ThreadEdit[] = [];
  const outside: number[] = [];

  function note(postId: string, ms: number): void {
    if (!rootByPost.has(postId)) return; // an earlier process made it
    const rootId = rootByPost.get(postId);
    const replies = rootId === undefined ? undefined : repliesByRoot.get(rootId);
    if (rootId === undefined) keep(outside, ms);
    else if (replies !== undefined) keep(inThreads, { replies, ms });
  }

  async function edit(sink: Sink, postId: string, body: PostBody, signal: AbortSignal | undefined): Promise<void> {
    const startedAt = nowMs();
    await sink.edit(postId, body, signal);
    note(postId, nowMs() - startedAt);
  }

  return {
    timed: (sink) => ({
      ...forwarded(sink),
      create: async (draft, signal) => {
        const made = await sink.create(draft, signal);
        bound(rootByPost).set(made.postId, draft.target.rootId);
        return made;
      },
      edit: (postId, body, signal) => edit(sink, postId, body, signal),
    }),
    noteReplies: (rootId, replies) => void bound(repliesByRoot).set(rootId, replies),
    isDear: (replies) => isDear(replies, inThreads, outside),
  };
}

function keep<T>(list: T[], value: T): void {
  list.push(value);
  if (list.length > KEPT) list.shift();
}

const MOST_KNOWN = 1_000;

/** The map with room for one more: what was noted first goes first. */
function bound<T>(map: Map<string, T>): Map<string, T> {
  const [oldest] = map.keys();
  if (map.size >= MOST_KNOWN && oldest !== undefined) map.delete(oldest);
  return map;
}
