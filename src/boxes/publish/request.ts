// Sends the one request that a post needs. Holds no state; outcome.ts decides what a response means.

import { type Card, firstVersion } from '../../core/card.ts';
import { type CreatedPost, type FoundPost, type PostBody, PushError } from '../../core/sink.ts';
import { afterCreate, afterEdit, afterFind, afterLook, afterRead, afterTakeover } from './outcome.ts';
import { boxMetaOf, decodeMeta, type LiveStatusMeta, metaOf } from './post-meta.ts';
import type { PublisherPorts } from './publisher-ports.ts';
import type { Attempt, PostState, Push } from './post-state.ts';
import { withDistance } from './with-distance.ts';

/** Applies the success of a request to the state that the post has by then. */
export type Settle = (state: PostState, now: number) => PostState;

// The server's clock dates posts. Ours may be ahead of it by this much before a post is overlooked.
const CLOCK_SKEW_MS = 3_600_000;

export interface Delivery {
  signal: AbortSignal;
  /** Called with the body of the request before it is sent. */
  onBody(body: PostBody): void;
}

/** Resolves with what the success changes. Throws `PushError`. */
export async function send(ports: PublisherPorts, state: PostState, attempt: Attempt, delivery: Delivery): Promise<Settle> {
  const { sink, instance } = ports;
  const { signal } = delivery;
  switch (attempt.need) {
    case 'create': {
      const created = await create(ports, state, delivery);
      return (answered, now) =>
        created.existed === true ? afterTakeover(answered, attempt, created, now) : afterCreate(answered, attempt, created.postId, now);
    }
    case 'edit':
      await edit(ports, state, attempt, delivery);
      return (answered, now) => afterEdit(answered, attempt, now);
    case 'find': {
      const posts = await sink.findOwn(state.target.channelId, state.createdAt - CLOCK_SKEW_MS, signal);
      const found = posts.find((post) => isOf(state, decodeMeta(post.meta)));
      return (answered, now) => afterFind(answered, found?.postId, now);
    }
    case 'read': {
      const found = await readPost(ports, state, postIdOf(state), signal);
      return (answered) => afterRead(answered, attempt.startedAt, found, instance);
    }
    case 'look':
      await requireRoot(ports, state, signal);
      return (answered) => afterLook(answered);
    default:
      return attempt satisfies never;
  }
}

/** A post that replaces another one of the same box is recognised by that. */
function isOf({ boxId, replaces }: PostState, meta: LiveStatusMeta | undefined): boolean {
  const { box, gateway } = boxMetaOf(boxId);
  const isItsBox = meta?.box === box && (gateway === undefined || meta.gateway === gateway);
  return isItsBox && (replaces === undefined || meta?.replaces === replaces);
}

async function create(ports: PublisherPorts, state: PostState, delivery: Delivery): Promise<CreatedPost> {
  const { target, pendingPostId, replaces } = state;
  const { signal, onBody } = delivery;
  // A box that a person deleted meanwhile gets no second post.
  if (replaces !== undefined) await readPost(ports, state, replaces, signal);
  const body = bodyOf(ports, state, firstVersion);
  onBody(body);
  try {
    return await ports.sink.create({ ...body, target, pendingPostId }, signal);
  } catch (error) {
    if (error instanceof PushError && error.reason === 'root_gone') await requireLoss(ports, state, error, signal);
    throw error;
  }
}

/** The post with that id. Throws `gone` or `root_gone` when there is none. */
async function readPost(ports: PublisherPorts, state: PostState, postId: string, signal: AbortSignal): Promise<FoundPost> {
  const found = await ports.sink.read(postId, signal);
  if (found !== undefined) return found;
  await requireRoot(ports, state, signal);
  throw new PushError('gone', 'the post was deleted');
}

/** A server that fails to look the root up answers as if there were none. So the root is read before its loss is accepted. */
async function requireLoss({ sink }: PublisherPorts, { target }: PostState, error: PushError, signal: AbortSignal): Promise<void> {
  if (target.rootId === undefined) return;
  const root = await sink.read(target.rootId, signal);
  if (root?.target.channelId === target.channelId && root.target.rootId === undefined)
    throw new PushError('rejected', `${error.message}, but its root is there`, { cause: error });
}

async function edit(ports: PublisherPorts, state: PostState, { everyMs }: Push, { signal, onBody }: Delivery): Promise<void> {
  const body = bodyOf(ports, state, (card) => withDistance(card, everyMs));
  onBody(body);
  try {
    await ports.sink.edit(postIdOf(state), body, signal);
  } catch (error) {
    if (error instanceof PushError && error.reason === 'gone') await requireRoot(ports, state, signal);
    throw error;
  }
}

// Deleting a root deletes its replies. A deleted post and a deleted thread mean different things.
async function requireRoot({ sink }: PublisherPorts, { target: { rootId } }: PostState, signal: AbortSignal): Promise<void> {
  if (rootId !== undefined && (await sink.read(rootId, signal)) === undefined) throw new PushError('root_gone', 'the thread was deleted');
}

function bodyOf(
  { encode, instance, claimedAt }: PublisherPorts,
  { view, seq, shrinking, replaces }: PostState,
  version: (card: Card) => Card,
): PostBody {
  if (view === undefined || 'draw' in view) throw new Error('A push was started for a box that nobody has drawn.');
  return encode(version(view.card), metaOf(view, { seq, instance, claimedAt }, replaces), shrinking.level);
}

function postIdOf(state: PostState): string {
  if (state.post.kind !== 'posted') throw new Error('An edit was started for a box without a post.');
  return state.post.postId;
}

/** A sink throws only `PushError`. Anything else is a defect of ours whose effect on the server is unknown. */
export function pushErrorOf(error: unknown): PushError {
  return error instanceof PushError ? error : new PushError('server', `an unexpected error: ${String(error)}`, { cause: error });
}
