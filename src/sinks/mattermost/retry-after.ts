// Reads how long a server asks us to wait, from headers that may be doubled, joined, dates or nonsense.

export const MAX_WAIT_MS = 3_600_000; // A longer wait is an error of a clock or a proxy; one request an hour harms nobody.
interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
}

const EPOCH_SECONDS = 1_000_000_000; // Mattermost counts the reset in seconds from now, some proxies in seconds since 1970.

/**
 * Milliseconds from now until the earliest next try, between 0 and one hour. `undefined` when no header says so, or when the status
 * asks nobody to wait: the limiter sends its headers with every answer.
 * `Retry-After` wins over `X-RateLimit-Reset`, which says when the whole burst is free again. `nowAt` is the wall clock,
 * used for dates when the answer carries no `Date` of its own.
 */
export function retryAfterMs({ status, headers }: Answered, nowAt: number): number | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const sentAt = dateOf(headers['date']) ?? nowAt;
  return waitOf(headers['retry-after'], sentAt) ?? waitOf(headers['x-ratelimit-reset'], sentAt);
}

function waitOf(header: string | string[] | undefined, sentAt: number): number | undefined {
  const at = dateOf(header);
  const waits = at === undefined ? secondsOf(header).map((seconds) => fromNowMs(seconds, sentAt)) : [at - sentAt];
  // The limiter by user sends its headers twice. Of two different waits only the longer one is safe.
  return waits.length === 0 ? undefined : Math.min(Math.max(0, ...waits), MAX_WAIT_MS);
}

function secondsOf(header: string | string[] | undefined): number[] {
  const parts = [header ?? []].flat().flatMap((value) => value.split(','));
  return parts.map((part) => part.trim()).flatMap((part) => (/^\d+(\.\d+)?$/.test(part) ? [Number(part)] : []));
}

function fromNowMs(seconds: number, sentAt: number): number {
  return seconds >= EPOCH_SECONDS ? seconds * 1_000 - sentAt : Math.ceil(seconds * 1_000);
}

// Only the form that HTTP prescribes: `Date.parse` would also take "12" for a month.
function dateOf(header: string | string[] | undefined): number | undefined {
  const text = [header ?? []].flat()[0]?.trim() ?? '';
  if (!/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}
