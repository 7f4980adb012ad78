// Owns by how much the clock of whoever writes a folder's files is behind ours. Learned from lines that arrive live; reads no file.

/** The newest line of a file: when it was written by its writer's clock, and when by the clock of the file system. */
export interface Sighting {
  writtenAt: number;
  seenAt: number;
}

// Smaller differences are how late a line is seen, or a clock nobody minds.
const TOLERANCE_MS = 15_000;
const SAME_MS = 5_000;
// Clocks and time zones are off by hours at most: lines that are older were written long ago, and copied or restored now.
const MOST_MS = 26 * 3_600_000;
// A sweep comes every five seconds. Where the file system's clock is not ours, nothing is learned by it.
const LIVE_MS = 10_000;
// Lines that are copied come faster than they were written, but for a chance; a copy that has shown itself is given a minute to end.
const LEAST_GAP_MS = 500;
const LEAST_SLACK_MS = 100;
const MOST_SLACK_MS = 2_000;
const CALM_MS = 60_000;

/** What is added to an instant in a file gives the instant by our clock; 0 where both clocks agree as far as anybody can tell. */
export class WriterClock {
  #lagMs: number;
  #copiedAt = Number.NEGATIVE_INFINITY;

  constructor(lagMs = 0) {
    this.#lagMs = lagMs;
  }

  get lagMs(): number {
    return this.#lagMs;
  }

  /**
   * A line was appended to a file of which all was read; `before` is the line that was its newest until then, `now` our time. Lines that
   * come at the pace of their own stamps are written as we read them, and tell the difference. A line can come late but not early: one
   * that is less late than what is believed disproves that at once.
   */
  observe(line: Sighting, before: Sighting | undefined, now: number): void {
    const lateMs = latenessOf(line);
    if (Math.abs(now - line.seenAt) > LIVE_MS || Math.abs(lateMs) > MOST_MS) return;
    if (before !== undefined && latenessOf(before) - lateMs > SAME_MS) this.#copiedAt = now;
    if (before !== undefined && keepsPace(before, line) && now - this.#copiedAt > CALM_MS) this.#setLag(lateMs);
    else if (lateMs < this.#lagMs - SAME_MS) this.#setLag(Math.min(lateMs, 0));
  }

  /** What is nearly the same as before is left alone, so that instants stay in order. */
  #setLag(lateMs: number): void {
    if (Math.abs(lateMs - this.#lagMs) > SAME_MS) this.#lagMs = Math.abs(lateMs) < TOLERANCE_MS ? 0 : lateMs;
  }
}

function latenessOf({ writtenAt, seenAt }: Sighting): number {
  return seenAt - writtenAt;
}

function keepsPace(before: Sighting, line: Sighting): boolean {
  const gapMs = line.seenAt - before.seenAt;
  const slackMs = Math.min(MOST_SLACK_MS, Math.max(LEAST_SLACK_MS, gapMs / 20));
  return gapMs >= LEAST_GAP_MS && Math.abs(latenessOf(line) - latenessOf(before)) <= slackMs;
}
