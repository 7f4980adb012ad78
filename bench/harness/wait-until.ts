import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 20;

/** Resolves when `holds`; rejects with `what` when that takes too long. */
export async function waitUntil(what: string, holds: () => boolean, timeoutMs = 300_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`It never happened: ${what}.`);
    await sleep(LOOK_MS);
  }
}
