// Encodes a card as a plain message: the title is the first line.

import type { Card } from '../../core/card.ts';
import type { PostBody } from '../../core/sink.ts';
import { countCodePoints, cut } from '../../text/text.ts';
import { fitLines } from './fit-lines.ts';

/** Sizes in code points. */
interface MessageLimits {
  /** `MAX_MESSAGE_CHARS`; the server's own limit is 16,383. */
  maxMessageChars: number;
}

/** The body of a create or an edit. `meta` becomes `props.livestatus`. */
export function encodeMessage(card: Card, meta: unknown, limits: MessageLimits): PostBody {
  const textOf = (lines: string[]) => [card.titleInMessage ?? card.title, ...lines].join('\n');
  const lines = fitLines(card, (some) => countCodePoints(textOf(some)) <= limits.maxMessageChars);
  return { message: cut(textOf(lines), limits.maxMessageChars), props: { livestatus: meta, unsafe_links: 'true' } };
}
