// Knows which boxes show which sub-agents. One that several turns have spawned is in the boxes of all of them, but reports to one.

import type { TurnTree } from '../../core/session.ts';

export class Families {
  readonly #boxesByKey = new Map<string, Set<string>>();
  readonly #keysByBox = new Map<string, readonly string[]>();

  /** The sub-agents in that box, in place of those that it had. */
  set(boxId: string, tree: TurnTree | undefined): void {
    const before = this.#keysByBox.get(boxId) ?? [];
    const keys = tree === undefined ? [] : keysIn(tree);
    if (keys.length === before.length && keys.every((key, index) => key === before[index])) return;
    for (const key of before) this.#remove(key, boxId);
    for (const key of keys) this.#boxesByKey.set(key, (this.#boxesByKey.get(key) ?? new Set()).add(boxId));
    if (keys.length === 0) this.#keysByBox.delete(boxId);
    else this.#keysByBox.set(boxId, keys);
  }

  /** The boxes with that sub-agent. */
  boxesWith(key: string): Iterable<string> {
    return this.#boxesByKey.get(key) ?? [];
  }

  #remove(key: string, boxId: string): void {
    const boxes = this.#boxesByKey.get(key);
    boxes?.delete(boxId);
    if (boxes?.size === 0) this.#boxesByKey.delete(key);
  }
}

function keysIn({ turn, childrenByKey }: TurnTree): string[] {
  return [...Object.keys(turn.childrenByKey), ...Object.values(childrenByKey).flatMap(keysIn)];
}
