// Collects the facts of `/health` of a watcher of a fleet: the bus takes the place of the chat server, and other processes write the boxes.

import type { BoardRow } from '../boxes/board/board-rows.ts';
import type { BusFacts, HealthFacts } from '../health/health-report.ts';
import { sessionRow, watchedFacts, type WatchedParts } from './health-facts.ts';

/** The parts that are read at each request. */
export interface WatcherHealthParts extends WatchedParts {
  rows: readonly BoardRow[];
  bus: BusFacts;
}

const NO_CHAT = { breaker: 'closed', reach: { state: 'unknown' }, token: { state: 'unknown' }, failuresByReason: {} } as const;
const NO_POSTS = { posts: { postIdOf: () => undefined }, stats: { parked: [], refused: [], gone: [] } };
const NO_BOXES = { waiting: 0, oldestDirtyAgeMs: 0, oldestEndAgeMs: 0, behindMs: 0, withoutSlot: 0, lostWithoutPost: 0, parked: [] };

export function watcherFacts({ rows, bus, ...parts }: WatcherHealthParts): HealthFacts {
  const now = parts.clock.now();
  return {
    ...watchedFacts(parts, rows),
    sink: NO_CHAT,
    boxes: { ...NO_BOXES, active: rows.filter(({ activity }) => activity === 'active').length, dirty: bus.waiting },
    boxProblems: [],
    edits: { sent: 0, conflated: 0, skipped: 0, perSecond: 0 },
    sessions: rows.map((row) => sessionRow(row, { ...NO_POSTS, now })),
    bus,
  };
}
