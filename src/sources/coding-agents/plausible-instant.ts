// Says whether a number that a file has for an instant can be one. Pure.

const EARLIEST_AT = Date.UTC(2020, 0);
const LATEST_AT = Date.UTC(2100, 0);

/** The instant in milliseconds since the epoch; `undefined` for what is none of this century, which would put a session's clock out of order. */
export function plausibleInstant(at: number | undefined): number | undefined {
  return at !== undefined && at >= EARLIEST_AT && at <= LATEST_AT ? Math.trunc(at) : undefined;
}
