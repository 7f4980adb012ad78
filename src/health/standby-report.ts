// The report of a publisher that stands by: it knows of no box, and can be the active one at any moment. Pure.

import type { HealthReport, ProcessFacts } from './health-report.ts';

export interface StandbyFacts {
  readonly version: string;
  readonly pid: number;
  readonly startedAt: number;
  readonly now: number;
  /** Who writes the boxes, for people; `undefined` while nobody is known. */
  readonly active: string | undefined;
  /** Why it could not take over, for people: the bus is not reached, or too old; `undefined` when it could. */
  readonly because: string | undefined;
  readonly process: ProcessFacts;
}

const NOTHING = {
  sourcesChosen: [],
  sources: [],
  sink: { breaker: 'closed', reach: 'unknown', token: 'unknown', lastSuccessAt: null, blockedUntil: null, failuresByReason: {} },
  boxes: {
    active: 0,
    waiting: 0,
    dirty: 0,
    oldestDirtyAgeMs: 0,
    oldestEndAgeMs: 0,
    behindMs: 0,
    withoutSlot: 0,
    lostWithoutPost: 0,
    parked: [],
    withoutPost: 0,
  },
  edits: { sent: 0, conflated: 0, skipped: 0, perSecond: 0 },
  sessions: [],
  spent: {},
} as const satisfies Partial<HealthReport>;

/** Ready is who could take over. */
export function standbyReport({ version, pid, startedAt, now, active, because, process }: StandbyFacts): HealthReport {
  const problem = because === undefined ? undefined : `the bus of the fleet is not reached: ${because}`;
  return {
    ...NOTHING,
    status: problem === undefined ? 'ok' : 'degraded',
    reason: problem ?? `it stands by; ${active === undefined ? 'nobody is active yet' : `${active} is active`}`,
    ...(problem === undefined ? {} : { notReady: problem }),
    version,
    pid,
    startedAt: new Date(startedAt).toISOString(),
    uptimeMs: Math.max(0, now - startedAt),
    publisher: { state: 'standing_by', ...(active === undefined ? {} : { active }) },
    process,
  };
}
