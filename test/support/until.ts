// Waiting for what becomes true. The machine may be slow and busy, so all deadlines are generous, and yet shorter than those of the tests,
// which would not say what was waited for.

import { setTimeout as sleep } from 'node:timers/promises';

export interface Patience {
  timeoutMs?: number;
  /** What helps to understand that it never came true. */
  detail?: () => string;
}

const SHORTEST_MS = 5;
const LONGEST_MS = 40;

/** Waits until `holds`; fails with `what` and `detail` when it takes too long. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, patience: Patience = {}): Promise<void> {
  const { timeoutMs = 100_000, detail = () => '' } = patience;
  if (!(await cameTrue(holds, timeoutMs))) throw new Error(`never came true: ${what}\n${detail().slice(-6_000)}`);
}

/** Waits until the expectation throws nothing any more; fails with what it threw last when it takes too long. */
export async function eventually(expectation: () => void, timeoutMs = 100_000): Promise<void> {
  let last: unknown;
  const holds = (): boolean => {
    try {
      expectation();
      return true;
    } catch (error) {
      last = error;
      return false;
    }
  };
  if (!(await cameTrue(holds, timeoutMs))) throw last;
}

/** Looks often at first, then less and less often: a look may cost a request. */
async function cameTrue(holds: () => boolean | Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  for (let pauseMs = SHORTEST_MS; performance.now() < deadline; pauseMs = Math.min(LONGEST_MS, pauseMs * 1.5)) {
    if (await holds()) return true;
    await sleep(pauseMs);
  }
  return false;
}
