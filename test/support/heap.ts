// What a process still holds, without what is only not yet collected: files of tests share their process.

import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export async function heapUsed(): Promise<number> {
  await new Promise((resolve) => setImmediate(resolve));
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

/** The most that was held at any look until the work was done. Looking takes a fifth of the time. */
export async function mostHeapDuring(work: Promise<unknown>): Promise<number> {
  const done = work.then(() => true);
  for (let most = 0; ; ) {
    const startedAt = performance.now();
    most = Math.max(most, await heapUsed());
    const pause = sleep(4 * (performance.now() - startedAt), false);
    if (await Promise.race([done, pause])) return most;
  }
}
