// Knows the gateways whose posts this process writes: ours, and those whose turns are told to us. Their posts name them by their hashed ids.

import type { LiveStatusMeta } from '../boxes/publish/post-meta.ts';
import { toldName } from '../core/told-name.ts';
import { fingerprint } from '../core/turn.ts';

export class PostedGateways {
  /** Our hashed id. */
  readonly own: string;
  readonly #told: ReadonlySet<string>;
  readonly #toldByHash = new Map<string, string>();

  /** `told` has the ids of the others; they only become more. */
  constructor(own: string, told: ReadonlySet<string> = new Set()) {
    this.own = own;
    this.#told = told;
  }

  has(hashed: string): boolean {
    return hashed === this.own || this.#toldOf(hashed) !== undefined;
  }

  /** What we call the box of a post. */
  boxIdOf({ box, gateway }: Pick<LiveStatusMeta, 'box' | 'gateway'>): string {
    return toldName(box, gateway === undefined ? undefined : this.#toldOf(gateway));
  }

  #toldOf(hashed: string): string | undefined {
    if (this.#told.size !== this.#toldByHash.size) for (const gateway of this.#told) this.#toldByHash.set(fingerprint(gateway), gateway);
    return this.#toldByHash.get(hashed);
  }
}
