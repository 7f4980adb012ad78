// Owns which of our posts were found in a channel that an earlier process wrote. Keeps a second post from being created for a
// box that has one already, even where nothing was remembered (deleted state directory, new host).

import { decodeMeta, type LiveStatusMeta } from '../boxes/publish/post-meta.ts';
import type { Clock } from '../core/clock.ts';
import { forwarded } from '../core/guarded.ts';
import { type FoundPost, type PostBody, type PostDraft, PushError, type Sink } from '../core/sink.ts';
import type { PostStore } from '../store/post-store.ts';
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
  /** Posts of earlier processes that no box of ours has taken: open ones, and ends that may lack what came after them. */
  leftovers(): Leftover[];
}

export interface AdoptionOptions {
  /** The turns that are known: a post belongs to the one it fits best, never to a neighbour. */
  turns(): readonly TurnIdentity[];
  /** What is remembered of posts, by this process and earlier ones. */
  posts: Pick<PostStore, 'boxOf' | 'isReplaced'>;
}

const MAX_FOUND = 5_000; // more boxes than agents open in an hour; a server that tells of more must not fill the memory
const SEARCHED_BACK_MS = 3_600_000; // a turn that is still open after an hour of our absence is found by the checkpoint or not at all

/** The same sink; before the first post in a channel it looks there for posts of ours and gives the right one instead of a new one. */
export function withAdoption(sink: Sink, clock: Clock, instance: string, options: AdoptionOptions): AdoptingSink {
  const adoption = new Adoption(sink, clock.now() - SEARCHED_BACK_MS, instance, options);
  return {
    ...forwarded(sink),
    create: (draft, signal) => adoption.create(draft, signal),
    edit: (postId, body, signal) => adoption.edit(postId, body, signal),
    search: (channelId) => adoption.search(channelId),
    look: (postId) => adoption.look(postId),
    leftovers: () => adoption.leftovers(),
  };
}

class Adoption {
  readonly #sink: Sink;
  readonly #sinceAt: number;
  readonly #instance: string;
  readonly #options: AdoptionOptions;
  readonly #searchesByChannel = new Map<string, Promise<void>>();
  readonly #foundById = new Map<string, Leftover>();
  readonly #takenIds = new Set<string>();

  constructor(sink: Sink, sinceAt: number, instance: string, options: AdoptionOptions) {
    this.#sink = sink;
    this.#sinceAt = sinceAt;
    this.#instance = instance;
    this.#options = options;
  }

  async create(draft: PostDraft, signal: AbortSignal | undefined): Promise<{ postId: string; existed?: boolean }> {
    await this.search(draft.target.channelId);
    const wanted = decodeMeta(draft.props['livestatus']);
    if (wanted?.replaces !== undefined) this.#takenIds.add(wanted.replaces);
    const found = wanted === undefined ? undefined : this.#postFor(wanted);
    if (found === undefined) return this.#sink.create(draft, signal);
    this.#takenIds.add(found.post.postId);
    return { postId: found.post.postId, existed: true };
  }

  /** A post that is gone is no leftover any more: its box may go on in another one. */
  async edit(postId: string, body: PostBody, signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.#sink.edit(postId, body, signal);
      this.#takenIds.add(postId);
    } catch (error) {
      if (error instanceof PushError && error.reason === 'gone') this.#foundById.delete(postId);
      throw error;
    }
  }

  search(channelId: string): Promise<void> {
    const known = this.#searchesByChannel.get(channelId);
    if (known !== undefined) return known;
    const searching = this.#lookThrough(channelId).catch((error: unknown) => {
      this.#searchesByChannel.delete(channelId); // it must succeed before anything is created
      throw error;
    });
    this.#searchesByChannel.set(channelId, searching);
    return searching;
  }

  async look(postId: string): Promise<boolean> {
    const post = await this.#sink.read(postId);
    if (post === undefined) this.#foundById.delete(postId);
    else this.#keep(post);
    return post !== undefined;
  }

  leftovers(): Leftover[] {
    return this.#found().filter(({ post }) => !this.#takenIds.has(post.postId));
  }

  /** Without those that a later post of the same box replaces: nothing can be written to them any more. */
  #found(): Leftover[] {
    const found = [...this.#foundById.values()];
    const replacedIds = new Set(found.map(({ meta }) => meta.replaces));
    return found.filter(({ post: { postId } }) => !replacedIds.has(postId) && !this.#options.posts.isReplaced(postId));
  }

  async #lookThrough(channelId: string): Promise<void> {
    for (const post of await this.#sink.findOwn(channelId, this.#sinceAt)) this.#keep(post);
  }

  #keep(post: FoundPost): void {
    const meta = decodeMeta(post.meta);
    if (meta === undefined || meta.instance === this.#instance) return;
    if (this.#foundById.size < MAX_FOUND || this.#foundById.has(post.postId)) this.#foundById.set(post.postId, { post, meta });
  }

  /** The post of that very box; else one that fits this turn better than any other that is known. */
  #postFor(wanted: LiveStatusMeta): Leftover | undefined {
    const byBox = this.#found().find(({ meta }) => meta.box === wanted.box && isSuccessor(meta, wanted));
    if (byBox !== undefined || wanted.replaces !== undefined) return byBox;
    const turns = this.#options.turns();
    const known = turns.some((turn) => turn.box === wanted.box) ? turns : [...turns, wanted];
    return this.leftovers().find(({ post, meta }) => this.#isFree(post.postId, known) && bestTurn(meta, known)?.box === wanted.box);
  }

  /** A remembered owner that is still known keeps its post. */
  #isFree(postId: string, turns: readonly TurnIdentity[]): boolean {
    const owner = this.#options.posts.boxOf(postId);
    return owner === undefined || !turns.some((turn) => turn.box === owner);
  }
}

/** A post that is to replace another one can only be found as that. */
function isSuccessor(found: LiveStatusMeta, wanted: LiveStatusMeta): boolean {
  return wanted.replaces === undefined || found.replaces === wanted.replaces;
}
