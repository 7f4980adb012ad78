// Finds posts of earlier processes and gives them to their boxes. So a box that has a post never gets a second one, even when
// nothing was stored (deleted state directory, new host).

import { decodeMeta, type LiveStatusMeta } from '../boxes/publish/post-meta.ts';
import type { Clock } from '../core/clock.ts';
import { forwarded } from '../core/guarded.ts';
import { type CreatedPost, type FoundPost, type PostBody, type PostDraft, PushError, type Sink } from '../core/sink.ts';
import type { PostStore } from '../store/post-store.ts';
import type { PostedGateways } from './posted-gateways.ts';
import { bestTurn, type KnownTurn, type TurnIdentity } from './same-turn.ts';

/** A post of an earlier process, with what it says of itself. */
export interface Leftover {
  post: FoundPost;
  meta: LiveStatusMeta;
}

/** A session as posts name it; without a gateway it is one of ours. */
type Whose = Pick<TurnIdentity, 'session' | 'gateway'>;

export interface AdoptingSink extends Sink {
  /** Searches a channel for posts of earlier processes, once per process. */
  search(channelId: string): Promise<void>;
  /** The first post of the thread in which earlier processes showed that session there last, of those that were found. */
  threadOf(session: Whose, channelId: string): Promise<string | undefined>;
  /** Reads one post that an earlier process is known to have written. Resolves with whether it exists. */
  inspect(postId: string): Promise<boolean>;
  /** Posts of earlier processes that no box of ours has adopted: open ones, and ended ones whose turn may have gone on. */
  leftovers(): Leftover[];
  /** Another gateway writes that post: none of our boxes gets it any more. */
  disown(postId: string): void;
}

export interface AdoptionOptions {
  /** The known turns. A post belongs to the turn that it matches best, never to another one of the same session. */
  turns(): readonly KnownTurn[];
  /** The post records of this process and earlier ones. */
  posts: Pick<PostStore, 'boxOf' | 'replacedIds'>;
  gateways: PostedGateways;
  /** All posts of the account in a channel since that instant, those of other gateways included: one of them may be ours by another name. */
  findAny(channelId: string, sinceAt: number): Promise<FoundPost[]>;
}

const MAX_FOUND = 5_000; // more boxes than agents open in an hour; a server that lists more must not fill the memory
const SEARCHED_BACK_MS = 3_600_000; // only the checkpoint finds a turn that is still open after an hour of our absence

/** The same sink. Before the first post in a channel it searches there for our posts. A matching one is returned instead of a new one. */
export function withAdoption(sink: Sink, clock: Clock, instance: string, options: AdoptionOptions): AdoptingSink {
  const adoption = new Adoption(sink, clock.now() - SEARCHED_BACK_MS, instance, options);
  return {
    ...forwarded(sink),
    create: (draft, signal) => adoption.create(draft, signal),
    edit: (postId, body, signal) => adoption.edit(postId, body, signal),
    search: (channelId) => adoption.search(channelId),
    threadOf: (session, channelId) => adoption.threadOf(session, channelId),
    inspect: (postId) => adoption.inspect(postId),
    leftovers: () => adoption.leftovers(),
    disown: (postId) => adoption.disown(postId),
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

  async create(draft: PostDraft, signal: AbortSignal | undefined): Promise<CreatedPost> {
    await this.search(draft.target.channelId);
    const wanted = decodeMeta(draft.props['livestatus']);
    if (wanted?.replaces !== undefined) this.#takenIds.add(wanted.replaces);
    const found = wanted === undefined ? undefined : this.#postFor(wanted);
    if (found === undefined) return this.#sink.create(draft, signal);
    this.#takenIds.add(found.post.postId);
    const { replaces } = found.meta;
    return { postId: found.post.postId, existed: true, ...(replaces === undefined ? {} : { replaces }) };
  }

  /** A post that is gone is no leftover any more. Its box may go on in another post. */
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

  async threadOf({ session, gateway = this.#options.gateways.own }: Whose, channelId: string): Promise<string | undefined> {
    await this.search(channelId);
    const own = [...this.#foundById.values()].filter(
      ({ post, meta }) => meta.session === session && post.target.channelId === channelId && (meta.gateway ?? gateway) === gateway,
    );
    const newest = own.toSorted((one, other) => other.post.createdAt - one.post.createdAt)[0]?.post;
    return newest?.target.rootId ?? newest?.postId;
  }

  async inspect(postId: string): Promise<boolean> {
    const post = await this.#sink.read(postId);
    if (post === undefined) this.#foundById.delete(postId);
    else this.#keep(post);
    return post !== undefined;
  }

  disown(postId: string): void {
    this.#foundById.delete(postId);
  }

  leftovers(): Leftover[] {
    return this.#found().filter(({ post }) => !this.#takenIds.has(post.postId));
  }

  /** Without posts that a later post of the same box replaces: they cannot be edited any more. */
  #found(): Leftover[] {
    const found = [...this.#foundById.values()];
    const replacedIds = new Set([...found.map(({ meta }) => meta.replaces), ...this.#options.posts.replacedIds()]);
    return found.filter(({ post: { postId } }) => !replacedIds.has(postId));
  }

  async #lookThrough(channelId: string): Promise<void> {
    for (const post of await this.#options.findAny(channelId, this.#sinceAt)) this.#keep(post);
  }

  #keep(post: FoundPost): void {
    const meta = decodeMeta(post.meta);
    if (meta === undefined || meta.instance === this.#instance) return;
    if (this.#foundById.size < MAX_FOUND || this.#foundById.has(post.postId)) this.#foundById.set(post.postId, { post, meta });
  }

  /** The post of that box; otherwise a post that matches this turn better than any other known turn. */
  #postFor(wanted: LiveStatusMeta): Leftover | undefined {
    const { gateways } = this.#options;
    const isItsBox = (meta: LiveStatusMeta): boolean => meta.box === wanted.box && bestTurn(meta, [wanted], gateways) !== undefined;
    const byBox = this.#found().find(({ meta }) => isItsBox(meta) && isSuccessor(meta, wanted));
    if (byBox !== undefined || wanted.replaces !== undefined) return byBox;
    const ofSession = this.leftovers().filter(({ meta }) => meta.session === wanted.session);
    if (ofSession.length === 0) return undefined; // the usual case, and all turns are many
    const turns = this.#options.turns();
    const boxId = gateways.boxIdOf(wanted);
    const known = turns.some((turn) => turn.boxId === boxId) ? turns : [...turns, { ...wanted, boxId }];
    return ofSession.find(({ post, meta }) => this.#isFree(post.postId, known) && bestTurn(meta, known, gateways)?.boxId === boxId);
  }

  /** A box on record that is still known keeps its post. */
  #isFree(postId: string, turns: readonly KnownTurn[]): boolean {
    const owner = this.#options.posts.boxOf(postId);
    return owner === undefined || !turns.some((turn) => turn.boxId === owner);
  }
}

/** A post that replaces another one is only found by what it replaces. */
function isSuccessor(found: LiveStatusMeta, wanted: LiveStatusMeta): boolean {
  return wanted.replaces === undefined || found.replaces === wanted.replaces;
}
