// Sends the one request that a slot has begun. Owns nothing; what an answer means is decided in outcome.ts.

import { type PostBody, PushError } from '../core/sink.ts';
import { afterCreate, afterEdit, afterFind, afterRead, afterTakeover } from './outcome.ts';
import { decodeMeta, metaOf } from './post-meta.ts';
import type { PublisherPorts } from './publisher-ports.ts';
import type { Attempt, Slot } from './slot.ts';

/** What the success of a request makes of its slot as that will be then. */
export type Settle = (slot: Slot, now: number) => Slot;

// Posts are dated by the server's clock: ours may be ahead of it by as much as this without a post being overlooked.
const CLOCK_SKEW_MS = 3_600_000;

/** Resolves when the server has answered; throws `PushError`. */
export async function send(ports: PublisherPorts, slot: Slot, attempt: Attempt, signal: AbortSignal): Promise<Settle> {
  const { sink, instance } = ports;
  switch (attempt.need) {
    case 'create': {
      const draft = { ...bodyOf(ports, slot), target: slot.target, pendingPostId: slot.pendingPostId };
      const { postId, existed } = await sink.create(draft, signal);
      const after = existed === true ? afterTakeover : afterCreate;
      return (answered, now) => after(answered, attempt, postId, now);
    }
    case 'edit':
      await edit(ports, slot, signal);
      return (answered, now) => afterEdit(answered, attempt, now);
    case 'find': {
      const posts = await sink.findOwn(slot.target.channelId, slot.createdAt - CLOCK_SKEW_MS, signal);
      const found = posts.find((post) => decodeMeta(post.meta)?.box === slot.boxId);
      return (answered, now) => afterFind(answered, found?.postId, now);
    }
    case 'read': {
      const found = await sink.read(postIdOf(slot), signal);
      if (found === undefined) await requireRoot(ports, slot, signal);
      return (answered) => afterRead(answered, attempt.startedAt, found, instance);
    }
    default:
      return attempt satisfies never;
  }
}

async function edit(ports: PublisherPorts, slot: Slot, signal: AbortSignal): Promise<void> {
  try {
    await ports.sink.edit(postIdOf(slot), bodyOf(ports, slot), signal);
  } catch (error) {
    if (error instanceof PushError && error.reason === 'gone') await requireRoot(ports, slot, signal);
    throw error;
  }
}

// A root takes its replies along: the two ways to lose a post mean different things.
async function requireRoot({ sink }: PublisherPorts, { target: { rootId } }: Slot, signal: AbortSignal): Promise<void> {
  if (rootId !== undefined && (await sink.read(rootId, signal)) === undefined) throw new PushError('root_gone', 'the thread was deleted');
}

function bodyOf({ encode, instance, claimedAt }: PublisherPorts, { view, seq, shrink }: Slot): PostBody {
  if (view === undefined) throw new Error('A push was started for a box that nobody has shown.');
  return encode(view.card, metaOf(view, { seq, instance, claimedAt }), shrink);
}

function postIdOf(slot: Slot): string {
  if (slot.post.kind !== 'posted') throw new Error('An edit was started for a box without a post.');
  return slot.post.postId;
}
