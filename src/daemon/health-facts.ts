// Collects what `/health` judges from the living parts.

import type { BoardRow } from '../boxes/board.ts';
import type { PublisherStats } from '../boxes/publisher-ports.ts';
import { fingerprint } from '../core/turn.ts';
import type { CoordinatorFacts, HealthFacts, ProcessFacts, SessionRow, SinkFacts, SourceFacts } from '../http/health-report.ts';

/** The parts that are asked at each request. */
export interface HealthParts {
  version: string;
  startedAt: number;
  now: number;
  sources: readonly SourceFacts[];
  sourcesChosen: readonly string[];
  sink: SinkFacts;
  stats: PublisherStats;
  rows: readonly BoardRow[];
  postIdOf(boxId: string): string | undefined;
  storageProblem: string | undefined;
  replacedBy: string | undefined;
  /** Absent when it is off. */
  coordinator: CoordinatorFacts | undefined;
  process: ProcessFacts;
}

export function healthFacts(parts: HealthParts): HealthFacts {
  const { active, waiting, dirty, oldestDirtyAgeMs, parked, sent, conflated, skipped } = parts.stats;
  return {
    version: parts.version,
    pid: process.pid,
    startedAt: parts.startedAt,
    now: parts.now,
    sources: parts.sources,
    sourcesChosen: parts.sourcesChosen,
    sink: parts.sink,
    replacedBy: parts.replacedBy,
    storage: parts.storageProblem === undefined ? { state: 'writable' } : { state: 'failing', because: parts.storageProblem },
    boxes: { active, waiting, dirty, oldestDirtyAgeMs, parked },
    edits: { sent, conflated, skipped },
    sessions: parts.rows.map((row) => sessionRow(row, parts)),
    coordinator: parts.coordinator,
    process: parts.process,
  };
}

function sessionRow(row: BoardRow, { postIdOf, stats }: HealthParts): SessionRow {
  const refusal = stats.parked.find(({ boxId }) => boxId === row.boxId);
  return {
    session: fingerprint(row.sessionKey),
    agent: row.agentId,
    state: row.state,
    channelId: row.target?.channelId,
    postId: postIdOf(row.boxId),
    why: row.why ?? (refusal === undefined ? undefined : `its channel does not take it (${refusal.reason})`),
  };
}
