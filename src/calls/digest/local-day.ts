// Days and times as people at that place have them. Pure: whatever a clock of the wall shows there, the day is what it is, so that days of 23
// or 25 hours and clocks that are set need no rule of their own.

/** `2026-11-27` and the minutes since midnight, by the wall clock of that zone; without one, of the machine. */
export interface LocalTime {
  date: string;
  minutes: number;
}

const DAY_MINUTES = 1_440;
const MINUTE_MS = 60_000;

/** Reads the wall clock of a zone, such as `Europe/Berlin`. */
export function localClock(zone?: string): (now: number) => LocalTime {
  const format = new Intl.DateTimeFormat('en-US', {
    ...(zone === undefined ? {} : { timeZone: zone }),
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  return (now) => {
    const parts = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]));
    const { year = '', month = '', day = '', hour = '', minute = '' } = parts;
    return { date: `${year}-${month}-${day}`, minutes: Number(hour) * 60 + Number(minute) };
  };
}

/** The newest day of which the time `dueMinutes` has come. */
export function dayDue({ date, minutes }: LocalTime, dueMinutes: number): string {
  return minutes >= dueMinutes ? date : dayAfter(date, -1);
}

/** When that time comes next, unless the clocks are changed before. Offsets of zones are whole minutes. */
export function dueAt({ minutes }: LocalTime, now: number, dueMinutes: number): number {
  const left = (dueMinutes - minutes + DAY_MINUTES - 1) % DAY_MINUTES;
  return now - (now % MINUTE_MS) + (left + 1) * MINUTE_MS;
}

/** The day so many days later. */
export function dayAfter(date: string, days: number): string {
  const at = Date.parse(`${date}T00:00:00Z`) + days * 86_400_000;
  return new Date(at).toISOString().slice(0, 10);
}
