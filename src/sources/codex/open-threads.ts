// Remembers which threads have something open: a turn, or commands in the background. Pure bookkeeping over events.

import type { RolloutEvent } from './rollout-event.ts';

interface Open {
  hasTurn: boolean;
  background: Set<string>;
}

export class OpenThreads {
  readonly #byId = new Map<string, Open>();

  /** A turn that was open when an earlier process ended. */
  add(threadId: string): void {
    this.#of(threadId).hasTurn = true;
  }

  /** True when nothing of the thread is open any more. */
  apply(threadId: string, body: RolloutEvent['body']): boolean {
    const open = this.#of(threadId);
    if (body.type === 'turn_started') open.hasTurn = true;
    if (body.type === 'run_ended') open.hasTurn = false;
    if (body.type === 'tool_ended' && body.outcome.kind === 'background') open.background.add(body.outcome.handle);
    if (body.type === 'background_ended') open.background.delete(body.handle);
    const isClosed = !open.hasTurn && open.background.size === 0;
    if (isClosed) this.#byId.delete(threadId);
    return isClosed;
  }

  has(threadId: string): boolean {
    return this.#byId.has(threadId);
  }

  ids(): string[] {
    return [...this.#byId.keys()];
  }

  forget(threadId: string): void {
    this.#byId.delete(threadId);
  }

  #of(threadId: string): Open {
    const open = this.#byId.get(threadId) ?? { hasTurn: false, background: new Set() };
    this.#byId.set(threadId, open);
    return open;
  }
}
