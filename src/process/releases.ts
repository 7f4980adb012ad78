// Collects what must be released at the end, in the order in which it was taken.

import type { Logger } from '../core/log.ts';

export type Release = () => Promise<void> | void;

export class Releases {
  readonly #releases: Release[] = [];

  add(...releases: Release[]): void {
    this.#releases.push(...releases);
  }

  /** Releases everything, the newest first. Never throws: one failure must not keep the others from being released. */
  async run(log: Logger): Promise<void> {
    for (const release of this.#releases.toReversed()) {
      try {
        await release();
      } catch (error) {
        log.warn({ err: error }, 'A resource could not be released at the end.');
      }
    }
  }
}
