// Draws a box when it may be sent: most changes are overtaken by newer ones before that. Pure.

import { contentHash } from './content-hash.ts';
import type { PostState } from './post-state.ts';
import type { BoxNews, BoxView } from './publisher-ports.ts';

export function drawn(box: BoxView | BoxNews): BoxView {
  return 'draw' in box ? box.draw() : box;
}

/** The post whose newest content is known. */
export function withDrawing(state: PostState): PostState {
  if (state.view === undefined) return state;
  const view = drawn(state.view);
  return { ...state, view, hash: contentHash(view, state) };
}
