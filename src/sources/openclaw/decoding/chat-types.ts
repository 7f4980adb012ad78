// Pure: what messengers and versions call a conversation of two, and one of several.

const DIRECT: ReadonlySet<string> = new Set('direct dm private im p2p pm personal user'.split(' '));
const GROUP: ReadonlySet<string> = new Set('group channel room thread supergroup'.split(' '));

/** `undefined` for a word that nobody knows; in lower case. */
export function chatKindOf(type: string): 'direct' | 'group' | undefined {
  if (DIRECT.has(type)) return 'direct';
  return GROUP.has(type) ? 'group' : undefined;
}
