// Numbers as people read them: durations, tokens, money.

const SECOND = 1_000;
const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/** `38s`, `4m 10s`, `1h 5m`, `2d 3h`: at most two units, rounded down; never negative. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND));
  if (seconds < MINUTE) return `${seconds}s`;
  if (seconds < HOUR) return pair(seconds, MINUTE, 'm', 1, 's');
  if (seconds < DAY) return pair(seconds, HOUR, 'h', MINUTE, 'm');
  return pair(seconds, DAY, 'd', HOUR, 'h');
}

/** `30s`, `2m`, `1h 5m`: like `formatDuration`, without seconds from one minute on. */
export function formatQuiet(ms: number): string {
  const wholeMinutes = Math.floor(ms / SECOND / MINUTE) * MINUTE * SECOND;
  return wholeMinutes > 0 ? formatDuration(wholeMinutes) : formatDuration(ms);
}

function pair(seconds: number, big: number, bigName: string, small: number, smallName: string): string {
  const rest = Math.floor((seconds % big) / small);
  return `${Math.floor(seconds / big)}${bigName}${rest > 0 ? ` ${rest}${smallName}` : ''}`;
}

/** `950 tokens`, `12.4k tokens`, `1.2M tokens`. */
export function formatTokens(count: number): string {
  if (count < 1_000) return count === 1 ? '1 token' : `${count} tokens`;
  const thousands = Number((count / 1_000).toFixed(1));
  return thousands < 1_000 ? `${thousands}k tokens` : `${Number((count / 1_000_000).toFixed(1))}M tokens`;
}

/** `$0.04`; below one cent four digits. `undefined` for nothing worth showing. */
export function formatCost(usd: number): string | undefined {
  if (!(usd >= 0.000_05)) return undefined;
  return `$${usd.toFixed(usd < 0.01 ? 4 : 2)}`;
}
