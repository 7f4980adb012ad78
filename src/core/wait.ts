// Waits for time to pass.

import type { Clock } from './clock.ts';

/** Resolves after `delayMs`, or as soon as `signal` is aborted. Leaves neither a timer nor a listener behind. */
export async function wait(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const onAbort = (): void => resolve();
  const cancel = clock.after(delayMs, resolve);
  signal?.addEventListener('abort', onAbort, { once: true });
  await promise;
  cancel();
  signal?.removeEventListener('abort', onAbort);
}
