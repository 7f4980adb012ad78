// A healthy watcher with nothing to do, as the base of facts and reports in tests.

import type { HealthFacts, HealthReport } from '../../../src/health/health-report.ts';
import { judgeHealth } from '../../../src/health/judge-health.ts';

const WELL: HealthFacts = {
  version: '1.2.3',
  pid: 7,
  startedAt: 0,
  now: 60_000,
  sources: [{ name: 'transcripts', condition: { state: 'readable' }, wasRead: true, unknownKinds: {}, problems: {} }],
  sourcesChosen: [],
  sink: { breaker: 'closed', reach: { state: 'reached' }, token: { state: 'accepted' }, failuresByReason: {} },
  storage: { state: 'writable' },
  boxes: {
    active: 0,
    waiting: 0,
    dirty: 0,
    oldestDirtyAgeMs: 0,
    oldestEndAgeMs: 0,
    behindMs: 0,
    lostWithoutPost: 0,
    withoutSlot: 0,
    parked: [],
  },
  boxProblems: [],
  sessionLimit: { turnedAway: 0, agent: undefined },
  edits: { sent: 0, conflated: 0, skipped: 0, perSecond: 5 },
  sessions: [],
  gateways: [],
  process: { rssBytes: 50_000_000, eventLoopDelayP99Ms: 2 },
};

type Changes = Partial<Omit<HealthFacts, 'sink' | 'boxes'>> & {
  sink?: Partial<HealthFacts['sink']>;
  boxes?: Partial<HealthFacts['boxes']>;
};

/** Facts that differ so from those of a healthy watcher. */
export function factsOf({ sink = {}, boxes = {}, ...others }: Changes): HealthFacts {
  return { ...WELL, ...others, sink: { ...WELL.sink, ...sink }, boxes: { ...WELL.boxes, ...boxes } };
}

/** The report of such facts. */
export function reportOf(changes: Changes): HealthReport {
  return judgeHealth(factsOf(changes));
}
