// Keeps the posts of several gateways with one account apart: ours carry the hashed id of our gateway, and those of the others are not
// found. Posts of 0.1 carry none and may be anybody's. Holds no state.

import { isRecord } from '../core/json-guards.ts';
import { forwarded } from '../core/guarded.ts';
import type { FoundPost, PostBody, PostDraft, Sink } from '../core/sink.ts';

/** The same sink for the posts of one gateway. `gateway` is its hashed id. Reading a post by its id shows whose it is. */
export function withGateway(sink: Sink, gateway: string): Sink {
  const own = (posts: readonly FoundPost[]): FoundPost[] => posts.filter(({ meta }) => !isOfNeighbour(meta, gateway));
  return {
    ...forwarded(sink),
    create: (draft, signal) => sink.create({ ...stamped(draft, gateway), pendingPostId: pendingIdOf(draft, gateway) }, signal),
    edit: (postId, body, signal) => sink.edit(postId, stamped(body, gateway), signal),
    findOwn: async (channelId, sinceAt, signal) => own(await sink.findOwn(channelId, sinceAt, signal)),
    findPinned: async (channelId, signal) => own(await sink.findPinned(channelId, signal)),
  };
}

/** Whether `props.livestatus` of a post says that another gateway writes it. */
export function isOfNeighbour(meta: unknown, gateway: string): boolean {
  return isRecord(meta) && typeof meta['gateway'] === 'string' && meta['gateway'] !== gateway;
}

function stamped<Body extends PostBody>(body: Body, gateway: string): Body {
  const meta = body.props['livestatus'];
  return isRecord(meta) ? { ...body, props: { ...body.props, livestatus: { ...meta, gateway } } } : body;
}

/** What is called alike on every gateway, such as the digest of a day, must not get the post of another one. Boxes have ids of their own. */
function pendingIdOf({ props, pendingPostId }: PostDraft, gateway: string): string {
  const meta = props['livestatus'];
  return isRecord(meta) && meta['box'] === undefined ? `${pendingPostId}:${gateway}` : pendingPostId;
}
