// Says when something began and how long it may last, by the clock on the wall. Pure: the time zone comes in.

const DAY_MS = 86_400_000;

/** `since 14:31, until 15:01 UTC`, with the day where that is not today's. */
export function clockTimes({ since, until }: { since: number; until?: number }, now: number, timeZone = 'UTC'): string {
  const wall = (at: number, names?: 'short'): string => wallTime(at, { now, timeZone, names });
  if (until === undefined) return `since ${wall(since, 'short')}`;
  return `since ${wall(since)}, until ${wall(until, 'short')}`;
}

function wallTime(at: number, { now, timeZone, names }: { now: number; timeZone: string; names: 'short' | undefined }): string {
  const isFar = Math.abs(at - now) >= DAY_MS / 2;
  const day = isFar ? ({ day: 'numeric', month: 'short' } as const) : {};
  const zone = names === undefined ? {} : { timeZoneName: names };
  const format = new Intl.DateTimeFormat('en-GB', { ...day, hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone, ...zone });
  return Number.isFinite(at) && Math.abs(at) <= 8.64e15 ? format.format(at) : '?';
}
