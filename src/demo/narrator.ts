// Watches the boxes of the demo: prints their titles as they change, and counts posts and edits.

import { z } from 'zod';
import type { Post } from '../stand-in/post.ts';
import type { StandIn } from '../stand-in/stand-in.ts';

const boxShape = z.object({
  livestatus: z.looseObject({}),
  attachments: z.array(z.object({ title: z.string() })).min(1),
});

/** The states before the end of a turn. */
const OPEN = /^\[(?:ACTIVE|RETRY|WAITING)\]/;

export interface Tally {
  readonly boxes: number;
  readonly openBoxes: number;
  /** What people and agents wrote. */
  readonly posts: number;
  /** Accepted edits of boxes. */
  readonly edits: number;
  readonly titles: readonly string[];
}

/** Calls `print` with a line for every box that opens or changes its state. The returned function stops that. */
export function narrate(standIn: StandIn, print: (line: string) => void): () => void {
  const tagById = new Map<string, string>();
  return standIn.onPostEvent(({ post }) => {
    const title = titleOf(post);
    if (title === undefined) return;
    const tag = title.split(']', 1)[0] ?? '';
    if (tagById.get(post.id) === tag) return;
    tagById.set(post.id, tag);
    print(
      `  ${(standIn.world.channelsById.get(post.channel_id)?.type === 'D' ? 'direct' : `#${channelName(standIn, post)}`).padEnd(8)} ${title}`,
    );
  });
}

/** Counts everything that was posted so far, or since an instant by the server's clock. */
export function tally(standIn: StandIn, sinceAt = Number.NEGATIVE_INFINITY): Tally {
  const posts = standIn.posts().filter(({ create_at: createdAt }) => createdAt >= sinceAt);
  const boxes = posts.flatMap((post) => {
    const title = titleOf(post);
    return title === undefined ? [] : [{ id: post.id, title }];
  });
  const edits = boxes.flatMap(({ id }) => standIn.versionsOf(id).filter(({ cause }) => cause === 'edited')).length;
  const titles = boxes.map(({ title }) => title);
  return {
    boxes: boxes.length,
    openBoxes: titles.filter((title) => OPEN.test(title)).length,
    posts: posts.length - boxes.length,
    edits,
    titles,
  };
}

function titleOf(post: Post): string | undefined {
  const box = boxShape.safeParse(post.props);
  return box.success ? box.data.attachments[0]?.title.replaceAll(/\\(?=[!-/:-@[-`{-~])/g, '') : undefined;
}

function channelName(standIn: StandIn, post: Post): string {
  return standIn.world.channelsById.get(post.channel_id)?.name ?? post.channel_id;
}
