// Looks at a watcher that has nothing to do, beside a bare Node in the same time.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, Figure } from '../contract.ts';
import { startBareNode } from '../floors/bare-node.ts';
import { rateOf } from './accounting.ts';
import type { Watcher } from './watcher.ts';

export interface Rest {
  settleMs: number;
  lastsMs: number;
}

export interface RestingRates {
  ours: ReturnType<typeof rateOf>;
  floor: ReturnType<typeof rateOf>;
}

/** What both use while nothing happens, once everything has settled. `onBegin` is called when the look begins. */
export async function ratesAtRest(
  { place, tell }: Bench,
  watcher: Watcher,
  { settleMs, lastsMs }: Rest,
  onBegin: () => void = () => undefined,
): Promise<RestingRates> {
  const bare = await startBareNode(place);
  await sleep(settleMs);
  tell(`looks on for ${lastsMs / 1_000} s`);
  const before = { ours: watcher.account(), bare: bare.account() };
  onBegin();
  await sleep(lastsMs);
  return { ours: rateOf(before.ours, watcher.account()), floor: rateOf(before.bare, bare.account()) };
}

/** The share of a core that a watcher of old files uses afterwards. */
export async function afterwards(bench: Bench, watcher: Watcher): Promise<Figure> {
  const [settleMs, lastsMs] = bench.quick ? [1_000, 5_000] : [10_000, 30_000];
  const { ours, floor } = await ratesAtRest(bench, watcher, { settleMs, lastsMs });
  return { what: 'afterwards, of a core', now: ours.corePercent, floor: floor.corePercent, limit: 0.2, unit: '%' };
}
