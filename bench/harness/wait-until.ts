import { setTimeout as sleep } from 'node:timers/promises';
import type { Patience } from '../../test/support/until.ts';

const LOOK_MS = 20;

/** Resolves when `holds`; rejects with `what` and `detail` when that takes too long. Looks less often than tests do: looking costs what is measured. */
export async function waitUntil(what: string, holds: () => boolean, patience: Patience = {}): Promise<void> {
  const { timeoutMs = 300_000, detail = () => '' } = patience;
  const deadline = performance.now() + timeoutMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`It never happened: ${what}. ${detail()}`);
    await sleep(LOOK_MS);
  }
}
