// Keeps the boxes that ended within the last day, so that a restart shows what happened before it. Bounded by age, count and size.

import { isPageBox, type PageBox } from './page-box.ts';

/** Where they survive a restart. `undefined` deletes. No method may throw. */
export interface PastRows {
  rows(): readonly { readonly key: string; readonly value: unknown }[];
  put(key: string, value: PageBox | undefined): void;
}

export interface PastLimits {
  readonly ageMs: number;
  readonly count: number;
  /** Of their JSON. */
  readonly chars: number;
}

export const PAST_LIMITS: PastLimits = { ageMs: 24 * 3_600_000, count: 500, chars: 4_000_000 };

interface Kept {
  readonly endedAt: number;
  readonly chars: number;
}

export class PastBoxes {
  readonly #rows: PastRows;
  readonly #limits: PastLimits;
  /** The oldest end first. */
  #keptById: ReadonlyMap<string, Kept>;
  readonly #restored: readonly PageBox[];

  constructor(rows: PastRows, now: number, limits = PAST_LIMITS) {
    this.#rows = rows;
    this.#limits = limits;
    const stored = rows.rows();
    const boxes = stored.flatMap(({ key, value }) => (isPageBox(value) && value.id === key ? [value] : []));
    for (const { key } of stored) if (!boxes.some(({ id }) => id === key)) rows.put(key, undefined);
    this.#keptById = byEnd(boxes.map((box) => [box.id, keptOf(box)]));
    this.prune(now);
    this.#restored = boxes.filter(({ id }) => this.#keptById.has(id));
  }

  /** Those of earlier processes. */
  restored(): readonly PageBox[] {
    return this.#restored;
  }

  /** Returns the ids of the boxes that are too many or too old by now. */
  keep(box: PageBox, now: number): string[] {
    this.#rows.put(box.id, box);
    this.#keptById = byEnd([...this.#keptById].filter(([id]) => id !== box.id).concat([[box.id, keptOf(box)]]));
    return this.prune(now);
  }

  /** The turn goes on, or its box may be shown no longer. */
  drop(id: string): void {
    if (!this.#keptById.has(id)) return;
    this.#keptById = new Map([...this.#keptById].filter(([other]) => other !== id));
    this.#rows.put(id, undefined);
  }

  /** Drops what is too old or too much, the oldest first, and returns the ids. */
  prune(now: number): string[] {
    const { ageMs, count, chars } = this.#limits;
    let left = [...this.#keptById.values()].reduce((sum, kept) => sum + kept.chars, 0);
    let size = this.#keptById.size;
    const dropped: string[] = [];
    for (const [id, kept] of this.#keptById) {
      if (size <= count && left <= chars && now - kept.endedAt < ageMs) break;
      dropped.push(id);
      left -= kept.chars;
      size -= 1;
    }
    for (const id of dropped) this.drop(id);
    return dropped;
  }
}

function byEnd(kept: [string, Kept][]): Map<string, Kept> {
  return new Map(kept.toSorted(([, one], [, other]) => one.endedAt - other.endedAt));
}

function keptOf(box: PageBox): Kept {
  return { endedAt: box.endedAt ?? box.lastEventAt, chars: JSON.stringify(box).length };
}
