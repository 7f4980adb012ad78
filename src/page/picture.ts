// Holds what every tab shows: each box with the version in which it changed last. Knows neither tabs nor where boxes come from.

import { setBounded } from '../core/bounded-map.ts';
import type { PageBox } from './page-box.ts';

/** The boxes that changed, encoded, and the ids of those that are gone. `isWhole`: the reader forgets all that it had. */
export interface PictureNews {
  readonly version: number;
  readonly isWhole: boolean;
  readonly boxes: readonly string[];
  readonly gone: readonly string[];
}

interface Shown {
  readonly version: number;
  readonly box: PageBox;
  /** Encoded once for all tabs. */
  readonly text: string;
}

const MAX_GONE = 1_000; // a reader that missed more gets everything anew

export class Picture {
  readonly #shownById = new Map<string, Shown>();
  readonly #goneAtById = new Map<string, number>();
  #version = 0;
  /** Readers older than this may have boxes of which nobody knows any more that they are gone. */
  #knowsGoneSince = 0;

  version(): number {
    return this.#version;
  }

  /** Returns whether that changed anything. */
  put(box: PageBox): boolean {
    const text = JSON.stringify(box);
    if (this.#shownById.get(box.id)?.text === text) return false;
    this.#version += 1;
    this.#goneAtById.delete(box.id);
    this.#shownById.set(box.id, { version: this.#version, box, text });
    return true;
  }

  /** Returns whether that changed anything. */
  remove(id: string): boolean {
    if (!this.#shownById.delete(id)) return false;
    this.#version += 1;
    const [oldest] = this.#goneAtById.values();
    if (this.#goneAtById.size >= MAX_GONE) this.#knowsGoneSince = oldest ?? 0;
    setBounded(this.#goneAtById, id, this.#version, MAX_GONE);
    return true;
  }

  boxes(): PageBox[] {
    return [...this.#shownById.values()].map(({ box }) => box);
  }

  /** What a reader needs that has version `since`; `undefined` is one that has nothing. */
  newsSince(since: number | undefined): PictureNews {
    const isWhole = since === undefined || since > this.#version || since < this.#knowsGoneSince;
    const from = isWhole ? -1 : since;
    const boxes = [...this.#shownById.values()].flatMap(({ version, text }) => (version > from ? [text] : []));
    const gone = isWhole ? [] : [...this.#goneAtById].flatMap(([id, at]) => (at > from ? [id] : []));
    return { version: this.#version, isWhole, boxes, gone };
  }
}
