// Owns which of our posts were found in a channel that an earlier process wrote. Keeps a second post from being created for a
// box that has one already, even where nothing was remembered (deleted state directory, new host).

import { decodeMeta, type LiveStatusMeta } from '../boxes/post-meta.ts';
import type { Clock } from '../core/clock.ts';
import type { FoundPost, PostDraft, Sink } from '../core/sink.ts';

/** A post of an earlier process, with what it says of itself. */
export interface Leftover {
  post: FoundPost;
  meta: LiveStatusMeta;
}

export interface AdoptingSink extends Sink {
  /** Looks through a channel for posts of earlier processes, once per process. */
  search(channelId: string): Promise<void>;
  /** Open posts of earlier processes that no box has claimed so far. */
  leftovers(): Leftover[];
  /** The post needs no attention any more. */
  settle(postId: string): void;
}

const SEARCHED_BACK_MS = 3_600_000; // a turn that is still open after an hour of our absence is found by the checkpoint or not at all
const SAME_START_MS = 60_000; // two sources date the same beginning this differently

/** The same sink; before the first post in a channel it looks there for posts of ours and edits the right one instead. */
export function withAdoption(sink: Sink, clock: Clock, instance: string): AdoptingSink {
  const startedAt = clock.now();
  const searchesByChannel = new Map<string, Promise<void>>();
  const leftoversById = new Map<string, Leftover>();

  function search(channelId: string): Promise<void> {
    const known = searchesByChannel.get(channelId);
    if (known !== undefined) return known;
    const searching = look(channelId).catch((error: unknown) => {
      searchesByChannel.delete(channelId); // it must succeed before anything is created
      throw error;
    });
    searchesByChannel.set(channelId, searching);
    return searching;
  }

  async function look(channelId: string): Promise<void> {
    for (const post of await sink.findOwn(channelId, startedAt - SEARCHED_BACK_MS)) {
      const meta = decodeMeta(post.meta);
      if (meta !== undefined && meta.instance !== instance) leftoversById.set(post.postId, { post, meta });
    }
  }

  async function create(draft: PostDraft, signal?: AbortSignal): Promise<{ postId: string }> {
    await search(draft.target.channelId);
    const wanted = decodeMeta(draft.props['livestatus']);
    const found = wanted === undefined ? undefined : [...leftoversById.values()].find(({ meta }) => isSameTurn(meta, wanted));
    if (found === undefined) return sink.create(draft, signal);
    const { target: _target, pendingPostId: _pendingPostId, ...body } = draft;
    await sink.edit(found.post.postId, body, signal);
    leftoversById.delete(found.post.postId);
    return { postId: found.post.postId };
  }

  return {
    create,
    edit: async (postId, body, signal) => {
      await sink.edit(postId, body, signal);
      leftoversById.delete(postId);
    },
    read: (postId, signal) => sink.read(postId, signal),
    findOwn: (channelId, sinceAt, signal) => sink.findOwn(channelId, sinceAt, signal),
    probe: (signal) => sink.probe(signal),
    search,
    leftovers: () => [...leftoversById.values()].filter(({ meta }) => meta.open),
    settle: (postId) => void leftoversById.delete(postId),
  };
}

/** The identity rule of a box, as far as a post tells: its id, a run, its trigger, or the same beginning of the same session. */
export function isSameTurn(found: LiveStatusMeta, wanted: LiveStatusMeta): boolean {
  if (found.box === wanted.box) return true;
  if (found.session !== wanted.session) return false;
  if (found.trigger !== undefined && wanted.trigger !== undefined) return found.trigger === wanted.trigger;
  return found.runs.some((run) => wanted.runs.includes(run)) || (found.open && Math.abs(found.start - wanted.start) <= SAME_START_MS);
}
