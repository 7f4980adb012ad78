// Formats durations, tokens and money for people.

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const MOST_COUNT = 1_000_000_000_000;
const UNITS: readonly [seconds: number, name: string][] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'm'],
  [1, 's'],
];

/** `38s`, `4m 10s`, `1h 5m`, `2d 3h`: at most two units, rounded down; never negative. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND_MS));
  const biggest = UNITS.findIndex(([size]) => seconds >= size);
  if (biggest < 0) return '0s';
  const parts = UNITS.slice(biggest, biggest + 2).map(([size, name], index) => {
    const bigger = index === 0 ? undefined : UNITS[biggest]?.[0];
    return { count: Math.floor((bigger === undefined ? seconds : seconds % bigger) / size), name };
  });
  return parts
    .filter(({ count }) => count > 0)
    .map(({ count, name }) => `${count}${name}`)
    .join(' ');
}

/** `30s`, `2m`, `1h 5m`: like `formatDuration`, without seconds from one minute on. */
export function formatQuiet(ms: number): string {
  return formatDuration(ms < MINUTE_MS ? ms : Math.floor(ms / MINUTE_MS) * MINUTE_MS);
}

/** `950 tokens`, `12.4k tokens`, `1.2M tokens`. */
export function formatTokens(count: number): string {
  if (count < 1_000) return count === 1 ? '1 token' : `${count} tokens`;
  const thousands = Number((count / 1_000).toFixed(1));
  return thousands < 1_000 ? `${thousands}k tokens` : `${Number((count / 1_000_000).toFixed(1))}M tokens`;
}

/** `7,200`, `0.5`, and `?` for what is no number. At most two decimals, and nothing longer than a million millions. */
export function formatCount(count: number): string {
  if (!Number.isFinite(count)) return '?';
  const shown = Math.max(-MOST_COUNT, Math.min(MOST_COUNT, count));
  return shown.toLocaleString('en-US', { maximumFractionDigits: 2 });
}

/** `$0.04`; below one cent four digits. `undefined` for nothing worth showing. */
export function formatCost(usd: number): string | undefined {
  if (!(usd >= 0.000_05)) return undefined;
  return `$${usd.toFixed(usd < 0.01 ? 4 : 2)}`;
}
