// Checks what the server refuses to store: too long, too big, or with a U+0000 in the wrong place.

import { refusal } from './answer.ts';
import { goJson } from './lenient-json.ts';
import type { World } from './world.ts';

/** Throws the server's refusal if it does not store this content. `nulId` names the failing statement. */
export function checkContent(world: World, content: { message: string; props: Record<string, unknown> }, nulId: string): void {
  if (runes(content.message) > world.maxMessageRunes) throw refusal(world.rules.messageTooLong);
  const props = goJson(content.props);
  if (runes(props) > world.rules.maxPropsRunes) throw refusal('model.post.is_valid.props.app_error');
  const nulInProps = world.rules.nulInPropsFails && props.includes('\\u0000');
  if (content.message.includes('\0') || nulInProps) throw refusal(nulId);
}

/** The number of code points. */
function runes(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) >>> 10 === 0x36) count -= 1;
  return count;
}
