// Keeps the posts of several gateways with one account apart: each that we write carries the hashed id of its gateway, which is ours unless
// it says so, and those of gateways that we do not write for are not found. Posts of 0.1 carry none and may be anybody's. Holds no state.

import { boxMetaOf } from '../boxes/publish/post-meta.ts';
import { isRecord } from '../core/json-guards.ts';
import { forwarded } from '../core/guarded.ts';
import type { FoundPost, PostBody, PostDraft, Sink } from '../core/sink.ts';
import type { PostedGateways } from './posted-gateways.ts';

/** The same sink for the posts of our gateways. Reading a post by its id shows whose it is. */
export function withGateways(sink: Sink, gateways: PostedGateways): Sink {
  const own = (posts: readonly FoundPost[]): FoundPost[] => posts.filter(({ meta }) => !isOfNeighbour(meta, gateways));
  return {
    ...forwarded(sink),
    create: (draft, signal) => sink.create({ ...stamped(draft, gateways.own), pendingPostId: pendingIdOf(draft, gateways.own) }, signal),
    edit: (postId, body, signal) => sink.edit(postId, stamped(body, gateways.own), signal),
    findOwn: async (channelId, sinceAt, signal) => own(await sink.findOwn(channelId, sinceAt, signal)),
    findPinned: async (channelId, signal) => own(await sink.findPinned(channelId, signal)),
  };
}

/** Whether `props.livestatus` of a post says that another gateway than ours writes it. */
export function isOfNeighbour(meta: unknown, gateways: PostedGateways): boolean {
  return isRecord(meta) && typeof meta['gateway'] === 'string' && !gateways.has(meta['gateway']);
}

/** The pending id of the first post of a box. `own` is our hashed id; the box of another gateway gets the id that its own watcher would give it. */
export function pendingIdOfBox(boxId: string, userId: string, own: string): string {
  const { box, gateway = own } = boxMetaOf(boxId);
  return `${userId}:${gateway}:${box}`;
}

function stamped<Body extends PostBody>(body: Body, gateway: string): Body {
  const meta = body.props['livestatus'];
  return isRecord(meta) ? { ...body, props: { ...body.props, livestatus: { ...meta, gateway: meta['gateway'] ?? gateway } } } : body;
}

/** What is called alike on every gateway, such as the digest of a day, must not get the post of another one. Boxes have ids of their own. */
function pendingIdOf({ props, pendingPostId }: PostDraft, own: string): string {
  const meta = props['livestatus'];
  if (!isRecord(meta) || meta['box'] !== undefined) return pendingPostId;
  return `${pendingPostId}:${typeof meta['gateway'] === 'string' ? meta['gateway'] : own}`;
}
