// Moves recorded instants to one round of the replay. An instant that was told once stays what it was, however long the chat took since:
// what began twice would be two things.

const ISO_TIME = /2026-11-21T09:\d\d:\d\d\.\d{3}Z/g;
const EPOCH_MS = /\b179525\d{7}\b/g;
const EPOCH_S = /\b179525\d{4}\b/g;

export class FreshTimes {
  readonly #speed: number;
  readonly #freshByRecorded = new Map<number, number>();

  /** `speed`: how many times faster than recorded. It shortens the distances between instants, too. */
  constructor(speed: number) {
    this.#speed = speed;
  }

  /** The text as if what was recorded then happened now. */
  asIfNow(text: string, recordedAt: number): string {
    const now = Date.now();
    const moved = (at: number): number => this.#freshFor(at, () => Math.round(now + (at - recordedAt) / this.#speed));
    return text
      .replaceAll(ISO_TIME, (time) => new Date(moved(Date.parse(time))).toISOString())
      .replaceAll(EPOCH_MS, (time) => String(moved(Number(time))))
      .replaceAll(EPOCH_S, (time) => String(Math.floor(moved(Number(time) * 1_000) / 1_000)));
  }

  #freshFor(recorded: number, make: () => number): number {
    const fresh = this.#freshByRecorded.get(recorded) ?? make();
    this.#freshByRecorded.set(recorded, fresh);
    return fresh;
  }
}
