// The names that messengers and versions give to a conversation of two people, and of several. Pure.

const DIRECT: ReadonlySet<string> = new Set('direct dm private im p2p pm personal user'.split(' '));
const GROUP: ReadonlySet<string> = new Set('group channel room thread supergroup'.split(' '));

/** The kind of a chat type in lower case; `undefined` for an unknown type. */
export function chatKindOf(type: string): 'direct' | 'group' | undefined {
  if (DIRECT.has(type)) return 'direct';
  return GROUP.has(type) ? 'group' : undefined;
}
