/** Milliseconds of the machine's monotonic clock, which all its processes share; `performance.now()` is of one process. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
