// Owns the deadline of a flush, and says when it is over. Knows no box and sends nothing.

export class Flush {
  /** The boxes whose posts may still not show the newest state, once the flush is over. */
  readonly result: Promise<{ owed: string[] }>;
  readonly #resolve: (result: { owed: string[] }) => void;
  readonly #deadlineAt: number;

  constructor(deadlineAt: number) {
    const { promise, resolve } = Promise.withResolvers<{ owed: string[] }>();
    this.result = promise;
    this.#resolve = resolve;
    this.#deadlineAt = deadlineAt;
  }

  /**
   * When to decide again what is sent; `undefined` when the flush is over. `wakeAt` is when there may be something to send, and `isIdle`
   * that no request is in flight.
   */
  nextAt(wakeAt: number | undefined, isIdle: boolean, now: number): number | undefined {
    const isLast = wakeAt === undefined || wakeAt > this.#deadlineAt;
    if (now >= this.#deadlineAt || (isLast && isIdle)) return undefined;
    return isLast ? this.#deadlineAt : wakeAt;
  }

  end(owed: string[]): void {
    this.#resolve({ owed });
  }
}
