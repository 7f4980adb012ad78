// Owns by how much the clock of whoever writes a folder's transcripts is behind ours. Learned from lines that arrive live; knows no file.

// Smaller differences are how late a line is seen: a sweep comes every five seconds.
const TOLERANCE_MS = 15_000;
// Two lines that are off by the same are no late ones: those are late by chance.
const SAME_MS = 5_000;
// Clocks and time zones are off by hours at most: lines that are older were written long ago, and copied or restored now.
const MOST_MS = 26 * 3_600_000;

/** What is added to an instant of a transcript gives the instant by our clock; 0 where both clocks agree as far as anybody can tell. */
export class WriterClock {
  #lagMs: number;
  #doubtfulMs: number | undefined;
  #hasLearned = false;

  constructor(lagMs = 0) {
    this.#lagMs = lagMs;
  }

  get lagMs(): number {
    return this.#lagMs;
  }

  /**
   * The newest line of a transcript was written at `writtenAt` by its writer's clock, and `now` it is there. A line can come late, but not
   * early: a smaller difference is believed at once, a greater one when nothing was learned before, or when a second line says the same.
   */
  observe(writtenAt: number, now: number): void {
    const differenceMs = now - writtenAt;
    if (Math.abs(differenceMs) > MOST_MS) return;
    const isGreater = differenceMs > this.#lagMs + TOLERANCE_MS;
    const isSmaller = differenceMs < this.#lagMs - SAME_MS;
    const isConfirmed = this.#doubtfulMs !== undefined && Math.abs(differenceMs - this.#doubtfulMs) <= SAME_MS;
    if (isSmaller || (isGreater && (!this.#hasLearned || isConfirmed))) this.#learn(differenceMs);
    else this.#doubtfulMs = isGreater ? differenceMs : undefined;
    this.#hasLearned = true;
  }

  #learn(differenceMs: number): void {
    this.#lagMs = Math.abs(differenceMs) < TOLERANCE_MS ? 0 : differenceMs;
    this.#doubtfulMs = undefined;
  }
}
