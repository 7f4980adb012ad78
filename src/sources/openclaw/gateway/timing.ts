// The time limits of the gateway source, in milliseconds.

import type { BackOffTiming } from './back-off.ts';

export interface Timing extends BackOffTiming {
  /** From opening the socket to the gateway's hello. */
  handshakeMs: number;
  requestMs: number;
  pingMs: number;
  /** A connection without any sign of life for this long is dead. */
  deadMs: number;
  /** Without a gateway for this long, what ran there is lost. */
  lostMs: number;
  /** We ask about an open run after this long without news. */
  quietMs: number;
  checkMs: number;
  /** After a refusal we read the token again this often. */
  lookMs: number;
  /** We ask again about a run that is not in flight after this time, because rows lag behind. */
  recheckMs: number;
}

export const TIMING: Timing = {
  leastMs: 1_000,
  mostMs: 10_000, // a gateway that is back must be seen within 15 s
  slowMs: 60_000,
  handshakeMs: 15_000, // a gateway gives its clients the same time
  requestMs: 20_000,
  pingMs: 5_000,
  deadMs: 9_500, // noticed at the second ping without an answer, within 15 s of the last sign of life
  lostMs: 10_000,
  quietMs: 45_000, // one tick of the gateway and a half
  checkMs: 10_000,
  lookMs: 3_000,
  recheckMs: 2_000, // the truth was there 1.5 s after the end of a run
};
