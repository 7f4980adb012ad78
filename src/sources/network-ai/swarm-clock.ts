// Says how far the clock of an environment's writer is behind ours. Reads no file.

import { type Sighting, WriterClock } from '../../files/writer-clock.ts';

const LIVE_MS = 10_000;
const LEAST_LAG_MS = 15_000; // less comes from the delay until a file is seen
const MOST_LAG_MS = 26 * 3_600_000; // clocks and time zones are wrong by hours at most

/** `lagMs` plus an instant in a file is the instant by our clock. */
export class SwarmClock {
  readonly #measured = new WriterClock();
  #newest: Sighting | undefined;
  #guessedMs = 0;

  get lagMs(): number {
    return this.#measured.lagMs === 0 ? this.#guessedMs : this.#measured.lagMs;
  }

  /**
   * Files with that newest instant were written at `seenAt`. Whatever the scripts write has the instant at which they write it. So one that is
   * old in a file that is new is of another clock; nobody is called silent before more of its lines have shown how far it is behind.
   */
  observe(sighting: Sighting, now: number): void {
    if (sighting.writtenAt === this.#newest?.writtenAt) return;
    const lateMs = sighting.seenAt - sighting.writtenAt;
    const isLive = Math.abs(now - sighting.seenAt) <= LIVE_MS;
    this.#measured.observe(sighting, this.#newest, now);
    this.#guessedMs = isLive && lateMs > LEAST_LAG_MS && lateMs < MOST_LAG_MS ? lateMs : 0;
    this.#newest = sighting;
  }
}
