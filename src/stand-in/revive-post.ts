// Brings back a post that was deleted while an edit of it was under way.

import type { StandInRequest } from './answer.ts';
import { livePost, putRow } from './world.ts';
import type { World } from './world.ts';

const PATCH = /^\/api\/v4\/posts\/([a-z0-9]{26})(?:\/patch)?$/;

/** Newer servers read the post when an edit arrives and later write it whole. So the returned function restores a post that was live then. */
export function reviveAfterEdit(world: World, { method, path }: StandInRequest): () => void {
  const nothing = () => undefined;
  const postId = method === 'PUT' ? PATCH.exec(path)?.[1] : undefined;
  const before = postId === undefined || !world.rules.editsRevive ? undefined : livePost(world, postId);
  if (before === undefined) return nothing;
  return () => {
    if (livePost(world, before.id) === undefined) putRow(world, before);
  };
}
