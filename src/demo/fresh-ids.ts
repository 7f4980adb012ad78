// Maps recorded ids to fresh ones during one round of the replay. A second round is another conversation.

import { randomBytes, randomUUID } from 'node:crypto';

const UUID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;
const CALL_ID = /\b(toolu|msg|req|resp|call)_\w*\d{5}\b/g;
const ENTRY_ID = /(?<=")[0-9a-f]{8}(?=")/g;

export class FreshIds {
  readonly #freshById = new Map<string, string>();
  readonly #givenById = new Map<string, string>();

  /** Replaces `recorded` by `fresh` from now on, for example by the id that the chat server gave a post. */
  setFresh(recorded: string, fresh: string): void {
    this.#givenById.set(recorded, fresh);
  }

  /** Replaces every id of sessions, runs, answers of models, calls and entries in the text, and every id from `setFresh`. */
  rewrite(text: string): string {
    const made = text
      .replaceAll(UUID, (id) => this.#freshFor(id, randomUUID))
      .replaceAll(CALL_ID, (id, kind: string) => this.#freshFor(id, () => `${kind}_${randomBytes(8).toString('hex')}`))
      .replaceAll(ENTRY_ID, (id) => this.#freshFor(id, () => randomBytes(4).toString('hex')));
    return [...this.#givenById].reduce((rewritten, [recorded, fresh]) => rewritten.replaceAll(recorded, fresh), made);
  }

  #freshFor(recorded: string, make: () => string): string {
    const fresh = this.#freshById.get(recorded) ?? make();
    this.#freshById.set(recorded, fresh);
    return fresh;
  }
}
