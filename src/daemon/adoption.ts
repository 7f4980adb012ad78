// Owns which of our posts were found in a channel that an earlier process wrote. Keeps a second post from being created for a
// box that has one already, even where nothing was remembered (deleted state directory, new host).

import { decodeMeta, type LiveStatusMeta } from '../boxes/post-meta.ts';
import type { Clock } from '../core/clock.ts';
import type { FoundPost, PostDraft, Sink } from '../core/sink.ts';
import { bestTurn, type TurnIdentity } from './same-turn.ts';

/** A post of an earlier process, with what it says of itself. */
export interface Leftover {
  post: FoundPost;
  meta: LiveStatusMeta;
}

export interface AdoptingSink extends Sink {
  /** Looks through a channel for posts of earlier processes, once per process. */
  search(channelId: string): Promise<void>;
  /** Looks at one post that an earlier process is known to have written. Answers whether it is there. */
  look(postId: string): Promise<boolean>;
  /** Open posts of earlier processes that no box of ours has taken. */
  leftovers(): Leftover[];
}

export interface AdoptionOptions {
  /** The turns that are known: a post belongs to the one it fits best, never to a neighbour. */
  turns(): readonly TurnIdentity[];
  /** The box that a post belongs to for certain, because an earlier process remembered it. */
  boxOfPost(postId: string): string | undefined;
}

const SEARCHED_BACK_MS = 3_600_000; // a turn that is still open after an hour of our absence is found by the checkpoint or not at all
const UNKNOWING: AdoptionOptions = { turns: () => [], boxOfPost: () => undefined };

/** The same sink; before the first post in a channel it looks there for posts of ours and gives the right one instead of a new one. */
export function withAdoption(sink: Sink, clock: Clock, instance: string, options: AdoptionOptions = UNKNOWING): AdoptingSink {
  const startedAt = clock.now();
  const searchesByChannel = new Map<string, Promise<void>>();
  const foundById = new Map<string, Leftover>();
  const takenIds = new Set<string>();

  function search(channelId: string): Promise<void> {
    const known = searchesByChannel.get(channelId);
    if (known !== undefined) return known;
    const searching = lookThrough(channelId).catch((error: unknown) => {
      searchesByChannel.delete(channelId); // it must succeed before anything is created
      throw error;
    });
    searchesByChannel.set(channelId, searching);
    return searching;
  }

  async function lookThrough(channelId: string): Promise<void> {
    for (const post of await sink.findOwn(channelId, startedAt - SEARCHED_BACK_MS)) keep(post);
  }

  function keep(post: FoundPost): void {
    const meta = decodeMeta(post.meta);
    if (meta !== undefined && meta.instance !== instance) foundById.set(post.postId, { post, meta });
  }

  function postFor(wanted: LiveStatusMeta | undefined): Leftover | undefined {
    if (wanted === undefined) return undefined;
    const all = [...foundById.values()];
    const byBox = all.find(({ meta }) => meta.box === wanted.box);
    return (
      byBox ?? leftovers().find(({ post, meta }) => mayTake(post.postId, wanted.box) && bestTurn(meta, known(wanted))?.box === wanted.box)
    );
  }

  function known(wanted: LiveStatusMeta): readonly TurnIdentity[] {
    const turns = options.turns();
    return turns.some((turn) => turn.box === wanted.box) ? turns : [...turns, wanted];
  }

  /** A remembered owner that is still known keeps its post. */
  function mayTake(postId: string, boxId: string): boolean {
    const owner = options.boxOfPost(postId);
    return owner === undefined || owner === boxId || !options.turns().some((turn) => turn.box === owner);
  }

  function leftovers(): Leftover[] {
    return [...foundById.values()].filter(({ post, meta }) => meta.open && !takenIds.has(post.postId));
  }

  async function create(draft: PostDraft, signal?: AbortSignal): Promise<{ postId: string; existed?: boolean }> {
    await search(draft.target.channelId);
    const found = postFor(decodeMeta(draft.props['livestatus']));
    if (found === undefined) return sink.create(draft, signal);
    takenIds.add(found.post.postId);
    return { postId: found.post.postId, existed: true };
  }

  return {
    create,
    edit: async (postId, body, signal) => {
      await sink.edit(postId, body, signal);
      takenIds.add(postId);
    },
    read: (postId, signal) => sink.read(postId, signal),
    findOwn: (channelId, sinceAt, signal) => sink.findOwn(channelId, sinceAt, signal),
    probe: (signal) => sink.probe(signal),
    search,
    look: async (postId) => {
      const post = await sink.read(postId);
      if (post !== undefined) keep(post);
      return post !== undefined;
    },
    leftovers,
  };
}
