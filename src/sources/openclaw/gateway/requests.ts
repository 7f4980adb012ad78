// Holds the requests that wait for an answer on one connection.

import type { Clock } from '../../../core/clock.ts';
import type { JsonRecord } from '../../../core/json-guards.ts';
import type { Frame, Refusal } from './wire.ts';

/** How a request ended. `none`: no answer in time, or the connection went away. */
export type RpcAnswer = { kind: 'ok'; payload: JsonRecord } | { kind: 'refused'; refusal: Refusal } | { kind: 'none' };

export class Requests {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #waitingById = new Map<string, (answer: RpcAnswer) => void>();
  #count = 0;

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** Adds a request; `send` gets its id. Always resolves. */
  ask(send: (id: string) => void): Promise<RpcAnswer> {
    const id = `r${++this.#count}`;
    return new Promise((resolve) => {
      const cancel = this.#clock.after(this.#timeoutMs, () => this.#settle(id, { kind: 'none' }));
      this.#waitingById.set(id, (answer) => {
        cancel();
        resolve(answer);
      });
      send(id);
    });
  }

  /** Passes an answer to its request; ignores unknown and late answers. */
  answered(frame: Extract<Frame, { kind: 'answer' | 'refused' }>): void {
    this.#settle(frame.id, frame.kind === 'answer' ? { kind: 'ok', payload: frame.payload } : { kind: 'refused', refusal: frame.refusal });
  }

  /** Call when the connection is gone: every request ends without an answer. */
  abandon(): void {
    for (const id of this.#waitingById.keys()) this.#settle(id, { kind: 'none' });
  }

  #settle(id: string, answer: RpcAnswer): void {
    const resolve = this.#waitingById.get(id);
    this.#waitingById.delete(id);
    resolve?.(answer);
  }
}
