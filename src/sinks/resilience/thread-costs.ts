// Measures how long edits take, in threads and outside. Old servers read a whole thread for each edit in it, new ones do not.
// The time of the edits shows which kind this server is; its version does not.

import { setBounded } from '../../core/bounded-map.ts';
import { forwarded } from '../../core/guarded.ts';
import type { PostBody, Sink } from '../../core/sink.ts';

/** The number of replies in a thread, and how long an edit in it took in milliseconds. */
export interface ThreadEdit {
  replies: number;
  ms: number;
}

const KEPT = 50; // The newest edits show how the server is now.
const MOST_KNOWN = 1_000; // threads, and posts
const MEASURABLE_REPLIES = 50; // In a shorter thread the cost of the replies is smaller than the noise.
const EXPENSIVE_MS = 100; // Observed on 5.37: 93 ms with 300 replies, 489 ms with 1,000; on 11.6: 16 and 11 ms.
const EXPENSIVE_TIMES = 3; // A slow network makes every edit slow, in a thread or not.

/**
 * Whether an edit in a thread with that many replies would be expensive for the server. Edits in other threads and outside of threads
 * decide. Without such edits it is not.
 */
export function isExpensive(replies: number, inThreads: readonly ThreadEdit[], outside: readonly number[]): boolean {
  const measured = inThreads.filter((edit) => edit.replies >= MEASURABLE_REPLIES);
  if (measured.length === 0) return false;
  const usual = medianOf(outside.length > 0 ? outside : [Math.min(...measured.map(({ ms }) => ms)) / EXPENSIVE_TIMES]);
  const perReply = sumOf(measured.map(({ ms }) => Math.max(0, ms - usual))) / sumOf(measured.map((edit) => edit.replies));
  const expected = usual + perReply * replies;
  return expected > EXPENSIVE_MS && expected > EXPENSIVE_TIMES * usual;
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
  /** Sets how many replies a thread has, as just counted. */
  setReplies(rootId: string, replies: number): void;
  isExpensive(replies: number): boolean;
}

/** `nowMs` is a monotonic clock. */
export function createThreadCosts(nowMs: () => number): ThreadCosts {
  const repliesByRoot = new Map<string, number>();
  /** The root of each post that this process created; `undefined` for a post outside of threads. */
  const rootByPost = new Map<string, string | undefined>();
  const inThreads: ThreadEdit[] = [];
  const outside: number[] = [];

  function record(postId: string, ms: number): void {
    if (!rootByPost.has(postId)) return; // an earlier process created it
    const rootId = rootByPost.get(postId);
    const replies = rootId === undefined ? undefined : repliesByRoot.get(rootId);
    if (rootId === undefined) keep(outside, ms);
    else if (replies !== undefined) keep(inThreads, { replies, ms });
  }

  async function edit(sink: Sink, postId: string, body: PostBody, signal: AbortSignal | undefined): Promise<void> {
    const startedAt = nowMs();
    await sink.edit(postId, body, signal);
    record(postId, nowMs() - startedAt);
  }

  return {
    timed: (sink) => ({
      ...forwarded(sink),
      create: async (draft, signal) => {
        const made = await sink.create(draft, signal);
        setBounded(rootByPost, made.postId, draft.target.rootId, MOST_KNOWN);
        return made;
      },
      edit: (postId, body, signal) => edit(sink, postId, body, signal),
    }),
    setReplies: (rootId, replies) => setBounded(repliesByRoot, rootId, replies, MOST_KNOWN),
    isExpensive: (replies) => isExpensive(replies, inThreads, outside),
  };
}

function keep<T>(list: T[], value: T): void {
  list.push(value);
  if (list.length > KEPT) list.shift();
}
