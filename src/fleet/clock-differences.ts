// Knows by how much the clocks of gateways differ from ours, from when they say to have sent a record and when the bus had it. Else a turn of a
// machine whose clock is late would count as silent for as long. Has no clock.

/** When a record was sent by its gateway's clock, and stored by the clock of the bus; milliseconds since the epoch. */
export interface SentTimes {
  readonly saidAt: number;
  readonly storedAt: number;
}

const TOLERATED_MS = 5_000; // a record may be on its way for two seconds, and nothing that is shown is as exact
const SAME_MS = 2_500; // the same difference, but for the way

export class ClockDifferences {
  readonly #behindByGateway = new Map<string, number>();
  #busAheadMs = 0;

  /** The clock of the bus as it is `now` by ours. */
  setBusTime(busTime: number, now: number): void {
    if (Number.isFinite(busTime)) this.#busAheadMs = busTime - now;
  }

  /** By how much the gateway's clock is behind ours: 0 while that does not matter. `isNew`: it did not differ as much before. */
  behind(gateway: string, { saidAt, storedAt }: SentTimes): { behindMs: number; isNew: boolean } {
    const before = this.#behindByGateway.get(gateway) ?? 0;
    const found = Math.round(storedAt - this.#busAheadMs - saidAt);
    const behindMs = Math.abs(found) < TOLERATED_MS ? 0 : found;
    const isSame = !Number.isFinite(found) || behindMs === before || (before !== 0 && Math.abs(found - before) < SAME_MS);
    if (isSame) return { behindMs: before, isNew: false };
    if (behindMs === 0) this.#behindByGateway.delete(gateway);
    else this.#behindByGateway.set(gateway, behindMs);
    return { behindMs, isNew: behindMs !== 0 };
  }
}
