// Allow and deny lists such as `CHANNELS` and `AGENTS`.

/** Patterns in lower case; `*` stands for any characters. An empty `allow` lets everything through that is not denied. */
export interface NameList {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/**
 * Whether something may pass. `names` are all names of the same thing (a channel's id, its name, `team/name`): one
 * that is denied is enough to refuse, one that is allowed is enough to pass. Case does not matter.
 */
export function isListed(list: NameList, names: readonly string[]): boolean {
  const matchesAny = (patterns: readonly string[]) =>
    patterns.some((pattern) => names.some((name) => matchesPattern(pattern, name.toLowerCase())));
  if (matchesAny(list.deny)) return false;
  return list.allow.length === 0 || matchesAny(list.allow);
}

/**
 * Whether the whole name matches a pattern in which `*` stands for any characters. Each piece between two stars is searched for once, from
 * left to right. So a long name costs no more than its length per piece.
 */
export function matchesPattern(pattern: string, name: string): boolean {
  const pieces = pattern.split('*');
  const first = pieces[0] ?? '';
  const last = pieces.at(-1) ?? '';
  if (pieces.length === 1) return name === first;
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
  return containsInOrder(name.slice(first.length, name.length - last.length), pieces.slice(1, -1));
}

function containsInOrder(text: string, pieces: readonly string[]): boolean {
  let from = 0;
  for (const piece of pieces) {
    const at = text.indexOf(piece, from);
    if (at < 0) return false;
    from = at + piece.length;
  }
  return true;
}
