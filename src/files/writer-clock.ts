// Measures how far the clock of a folder's writer is behind ours, from lines that arrive live. Reads no file.

/** The newest line of a file: when it was written, by the writer's clock and by the file system's. */
export interface Sighting {
  writtenAt: number;
  seenAt: number;
}

// Smaller differences come from the delay until a line is seen, or do not matter.
const TOLERANCE_MS = 15_000;
const SAME_MS = 5_000;
// Clocks and time zones are wrong by hours at most. Older lines were written long ago, and copied or restored now.
const MOST_MS = 26 * 3_600_000;
// A sweep comes every five seconds. Where the clock of the file system is not ours, nothing can be measured.
const LIVE_MS = 10_000;
// Copied lines nearly always arrive faster than they were written. After a copy was detected, it has a minute to end.
const LEAST_GAP_MS = 500;
const LEAST_SLACK_MS = 100;
const MOST_SLACK_MS = 2_000;
const CALM_MS = 60_000;

/** `lagMs` plus an instant in a file is the instant by our clock. It is 0 where both clocks seem to agree. */
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
   * A line was appended to a file that had been read to its end; `before` was its newest line until then, `now` is our time. Lines that
   * arrive at the pace of their own timestamps are being written now, and so show the difference. A line can be late but never early:
   * one that is less late than the assumed lag disproves that lag at once.
   */
  observe(line: Sighting, before: Sighting | undefined, now: number): void {
    const lateMs = latenessOf(line);
    if (Math.abs(now - line.seenAt) > LIVE_MS || Math.abs(lateMs) > MOST_MS) return;
    if (before !== undefined && latenessOf(before) - lateMs > SAME_MS) this.#copiedAt = now;
    if (before !== undefined && keepsPace(before, line) && now - this.#copiedAt > CALM_MS) this.#setLag(lateMs);
    else if (lateMs < this.#lagMs - SAME_MS) this.#setLag(Math.min(lateMs, 0));
  }

  /** Small changes are ignored, so that instants stay in order. */
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
