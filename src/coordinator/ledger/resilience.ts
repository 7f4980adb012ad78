// Judges by the outcomes in the ledger how well the governed work goes.

/** `degraded`: many faults, or faults that come in series; `caution`: some. */
export interface Resilience {
  verdict: 'ok' | 'caution' | 'degraded';
  entries: number;
  faults: number;
  /** Faults directly before or behind another one. */
  adjacentFaults: number;
}

const FAULT = /FAIL|BLOCK|DECLINE|ERROR/i;
const DEGRADED_SHARE = 0.3;
const CAUTION_SHARE = 0.1;
const DEGRADED_ADJACENT_SHARE = 0.5;

/** Counts outcomes one by one; an entry without an outcome is no fault. */
export function createResilience(): { feed(outcome: string | undefined): void; facts(): Resilience } {
  let entries = 0;
  let faults = 0;
  let adjacentFaults = 0;
  let last: 'good' | 'fault' | 'adjacent' = 'good';
  return {
    feed(outcome) {
      entries++;
      if (outcome === undefined || !FAULT.test(outcome)) {
        last = 'good';
        return;
      }
      faults++;
      if (last !== 'good') adjacentFaults += last === 'fault' ? 2 : 1;
      last = last === 'good' ? 'fault' : 'adjacent';
    },
    facts: () => ({ verdict: verdictOf(entries, faults, adjacentFaults), entries, faults, adjacentFaults }),
  };
}

function verdictOf(entries: number, faults: number, adjacentFaults: number): Resilience['verdict'] {
  if (entries === 0 || faults === 0) return 'ok';
  const share = faults / entries;
  if (share > DEGRADED_SHARE || adjacentFaults / faults > DEGRADED_ADJACENT_SHARE) return 'degraded';
  return share > CAUTION_SHARE ? 'caution' : 'ok';
}
