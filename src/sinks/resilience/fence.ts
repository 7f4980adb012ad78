// Lets nothing be written unless this process is the only one that may, and what must be known to the next one is safe. Does not know how that
// is found out.

import { guarded } from '../../core/guarded.ts';
import { HeldBack, type Sink } from '../../core/sink.ts';

export interface Fence {
  /** Whether this process is the active one at this moment. Asked right before each request. */
  isActive(): boolean;
  /**
   * Resolves when all that was stored is where the next process finds it, and nobody has taken over up to now. Rejects when somebody has, or
   * when that cannot be known.
   */
  safe(): Promise<void>;
}

/** The same sink. What writes waits until that is safe; nothing at all is sent by a process that is not the active one. */
export function withFence(sink: Sink, fence: Fence): Sink {
  const check = (): void => {
    if (!fence.isActive()) throw new HeldBack('breaker_open', 'not sent: another process is the active one');
  };
  const active = guarded(sink, async (call) => {
    check();
    return await call();
  });
  const writing = guarded(active, async (call) => {
    check();
    try {
      await fence.safe();
    } catch (error) {
      throw new HeldBack('breaker_open', 'not sent: it is not known that no other process writes', { cause: error });
    }
    return await call();
  });
  const { create, edit, pin, react, unreact } = writing;
  return { ...active, create, edit, pin, react, unreact };
}
