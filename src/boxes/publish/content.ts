// What a post says, as a short name: two views with the same one need no edit between them. Pure.

import { fingerprint } from '../../core/turn.ts';
import { metaOf, NO_CLAIM } from './post-meta.ts';
import type { PostState } from './post-state.ts';
import type { BoxView } from './publisher-ports.ts';

/** Of everything an encoder is given, so that nothing has to be encoded before it is sent. Who writes is no content. */
export function contentOf(view: BoxView, { shrinking, replaces }: Partial<Pick<PostState, 'shrinking' | 'replaces'>> = {}): string {
  const { color, title, fallback, lines, droppedLines } = view.card;
  const meta = metaOf(view, NO_CLAIM, replaces);
  return fingerprint(JSON.stringify([color, title, fallback, lines, droppedLines, meta, shrinking?.level ?? 0]));
}
