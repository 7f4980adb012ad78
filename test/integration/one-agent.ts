// One agent that does one turn after the other in its own session, each named by a mark that no other turn's texts contain.

import { randomUUID } from 'node:crypto';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import type { OpenClawWriter } from './openclaw-writer.ts';

export class OneAgent {
  readonly name: string;
  readonly sessionId = randomUUID();
  readonly #writer: OpenClawWriter;
  #turns = 0;
  #calls = 0;
  #pending: string | undefined;

  /** `agentId`: when agents of several machines are called the same, and their marks are not. */
  constructor(writer: OpenClawWriter, name: string, channelId: string = SAMPLE.publicId, agentId = name) {
    this.name = name;
    this.#writer = writer;
    writer.session(`agent:${agentId}:mattermost:channel:${channelId}`, { sessionId: this.sessionId });
  }

  /** The mark of the newest turn. */
  get mark(): string {
    return `${this.name}n${this.#turns}x`;
  }

  /** The newest step, of all turns together. */
  get steps(): number {
    return this.#calls;
  }

  /** A person asks, and the first call runs. Gives the turn's mark. */
  begin(): string {
    this.#turns += 1;
    this.#writer.user(this.sessionId, 'please');
    this.step();
    return this.mark;
  }

  /** The running call is answered and the next one begins. */
  step(): void {
    this.#answer();
    this.#calls += 1;
    this.#pending = `${this.name}-${this.#calls}`;
    const call = { id: this.#pending, name: 'exec', arguments: { command: `make ${this.#calls}` } };
    this.#writer.assistant(this.sessionId, `step ${this.#calls} of ${this.mark}`, [call]);
  }

  /** The running call is answered, and the agent thinks. */
  pause(): void {
    this.#answer();
  }

  /** The running call is answered and the agent has said its last word. Gives the turn's mark. */
  end(): string {
    this.#answer();
    this.#writer.assistant(this.sessionId, `finished ${this.mark}`);
    return this.mark;
  }

  #answer(): void {
    if (this.#pending !== undefined) this.#writer.result(this.sessionId, this.#pending, 0);
    this.#pending = undefined;
  }
}
