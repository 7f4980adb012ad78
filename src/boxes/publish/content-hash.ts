// Hashes what a post says. Two views with the same hash need no edit between them. Pure.

import { fingerprint } from '../../core/turn.ts';
import { metaOf, NO_CLAIM } from './post-meta.ts';
import type { PostState } from './post-state.ts';
import type { BoxNews, BoxView } from './publisher-ports.ts';

/** Stands for the hash of a view that is not drawn yet. It is none of those that a post can have. */
export const UNDRAWN = '';

/** The hash covers everything that an encoder gets, so nothing is encoded before it is sent. Not part of it are who writes the post, and the log,
 * which 0.1 did not name: an end that it wrote is not written again. */
export function contentHash(
  view: BoxView | BoxNews,
  { shrinking, replaces }: Partial<Pick<PostState, 'shrinking' | 'replaces'>> = {},
): string {
  if ('draw' in view) return UNDRAWN;
  const { color, title, fallback, lines, droppedLines } = view.card;
  const { log: _, ...meta } = metaOf(view, NO_CLAIM, replaces);
  return fingerprint(JSON.stringify([color, title, fallback, lines, droppedLines, meta, shrinking?.level ?? 0]));
}
