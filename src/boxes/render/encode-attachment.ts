// Encodes a card as a message attachment: a colour bar by state, and the lines in a field, because clients fold long attachment text away.

import type { Card } from '../../core/card.ts';
import type { PostBody } from '../../core/sink.ts';
import { countCodePoints } from '../../text/text.ts';
import { fitLines } from './fit-lines.ts';

const ESCAPE_GROWTH = 5; // `<` becomes `\u003c`

/** Sizes in code points. */
interface AttachmentLimits {
  /** All props as the server serialises them. Old servers allow 8,000, of which they need about 240 themselves. */
  maxPropsChars: number;
}

/**
 * The body of an edit: without `message`, so that an edit-time limit does not concern it. A create needs an empty message
 * beside it. `meta` becomes `props.livestatus`.
 */
export function encodeAttachment(card: Card, meta: unknown, limits: AttachmentLimits): PostBody {
  const lines = fitLines(card, (some) => propsLength(propsOf(card, some, meta)) <= limits.maxPropsChars);
  return { props: propsOf(card, lines, meta) };
}

/**
 * How long the server takes props to be, in code points: it serialises them with Go's encoder, which also escapes `<`, `>`, `&` and the
 * two Unicode line separators.
 */
export function propsLength(value: unknown): number {
  const json = JSON.stringify(value) ?? '';
  return countCodePoints(json) + (json.match(/[<>&\u2028\u2029]/g)?.length ?? 0) * ESCAPE_GROWTH;
}

function propsOf(card: Card, lines: readonly string[], meta: unknown): Record<string, unknown> {
  const fields = lines.length === 0 ? [] : [{ short: false, title: '', value: lines.join('\n') }];
  return {
    attachments: [{ color: card.color, fallback: card.fallback, title: card.title, fields }],
    livestatus: meta,
    unsafe_links: 'true', // Newer servers then neither fetch nor draw links and pictures of this post.
  };
}
