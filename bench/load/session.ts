// One session whose turn runs, written line by line. Owns the path and how far the turn is.

import { appendFileSync } from 'node:fs';
import { callLine, headerLine, lastLine, type Place, resultLine, userLine } from './lines.ts';

export class Session {
  readonly path: string;
  /** Stands in every text that the agent says. */
  readonly name: string;
  hasEnded = false;
  #lines = 0;
  #isCalling = false;

  constructor(path: string, sessionId: string, name: string) {
    this.path = path;
    this.name = name;
    appendFileSync(path, headerLine(this.#place(), sessionId) + userLine(this.#place()) + this.#next());
  }

  /** One event: the running call is answered, or the next one begins. */
  step(): void {
    appendFileSync(this.path, this.#next());
  }

  /** The running call is answered, and the turn ends. */
  end(): void {
    this.hasEnded = true;
    const answer = this.#isCalling ? this.#next() : '';
    appendFileSync(this.path, answer + lastLine(this.#place()));
  }

  #next(): string {
    this.#isCalling = !this.#isCalling;
    const place = this.#place();
    if (this.#isCalling) return callLine(place, `${this.name}-${place.number}`, `Step ${place.number} of ${this.name}`);
    return resultLine(place, `${this.name}-${place.number - 1}`);
  }

  #place(): Place {
    this.#lines += 1;
    return { at: Date.now(), number: this.#lines };
  }
}
