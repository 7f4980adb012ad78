// One source made of several homes: one for each user, or for each folder that a variable names.

import type { Source, SourceCondition, SourceHealth } from '../../core/source.ts';

/** The homes as one source. They start one after the other: each looks at all its files at first. */
export function manyHomes(identity: Pick<Source, 'id' | 'capabilities'>, homes: readonly Source[]): Source {
  return {
    ...identity,
    start: async () => {
      for (const home of homes) await home.start();
    },
    stop: async () => {
      await Promise.all(homes.map((home) => home.stop()));
    },
    health: () => joined(homes.map((home) => home.health())),
  };
}

const WORST_FIRST: readonly SourceCondition['state'][] = ['unreadable', 'impaired', 'readable', 'unknown'];

function joined(parts: readonly SourceHealth[]): SourceHealth {
  const lastEventAt = Math.max(...parts.map((part) => part.lastEventAt ?? 0));
  return {
    condition: worstOf(parts.map(({ condition }) => condition)),
    wasRead: parts.every(({ wasRead }) => wasRead),
    ...(lastEventAt > 0 ? { lastEventAt } : {}),
    files: parts.reduce((sum, { files = 0 }) => sum + files, 0),
    unknownKinds: sumOf(parts.map(({ unknownKinds }) => unknownKinds)),
    problems: sumOf(parts.map(({ problems }) => problems)),
  };
}

/** One home that can be read is enough for the source; what the others lack is said all the same. */
function worstOf(conditions: readonly SourceCondition[]): SourceCondition {
  const sorted = conditions.toSorted((a, b) => WORST_FIRST.indexOf(a.state) - WORST_FIRST.indexOf(b.state));
  const [worst = { state: 'unknown' }] = sorted;
  const isPartly = worst.state === 'unreadable' && sorted.some(({ state }) => state === 'readable');
  return isPartly ? { state: 'impaired', because: worst.because } : worst;
}

function sumOf(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const each of counts) for (const [name, count] of Object.entries(each)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}
