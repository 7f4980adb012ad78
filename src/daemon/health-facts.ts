// Collects what `/health` judges from the living parts.

import type { BoardRow } from '../boxes/board.ts';
import type { PublisherStats } from '../boxes/publisher-ports.ts';
import { fingerprint } from '../core/turn.ts';
import type {
  CoordinatorFacts,
  HealthFacts,
  ProcessFacts,
  SessionRow,
  SinkFacts,
  SourceCondition,
  SourceFacts,
} from '../http/health-report.ts';
import type { TranscriptHealth } from '../sources/transcripts/source.ts';

/** The parts that are asked at each request. */
export interface HealthParts {
  version: string;
  startedAt: number;
  now: number;
  transcripts: TranscriptHealth;
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
    sources: [transcriptFacts(parts.transcripts)],
    sink: parts.sink,
    replacedBy: parts.replacedBy,
    storage: parts.storageProblem === undefined ? { state: 'writable' } : { state: 'failing', because: parts.storageProblem },
    boxes: { active, waiting, dirty, oldestDirtyAgeMs, parked },
    edits: { sent, conflated, skipped },
    sessions: parts.rows.map((row) => sessionRow(row, parts.postIdOf(row.boxId))),
    coordinator: parts.coordinator,
    process: parts.process,
  };
}

function transcriptFacts(health: TranscriptHealth): SourceFacts {
  const problems: Record<string, number> = {};
  for (const { kind, count } of health.problems) problems[kind] = (problems[kind] ?? 0) + count;
  const { files, lastEventAt, unknownKinds } = health;
  return { name: 'transcripts', condition: conditionOf(health), lastEventAt, files, unknownKinds, problems };
}

function conditionOf(health: TranscriptHealth): SourceCondition {
  if (!health.readable)
    return { state: 'unreadable', because: 'the transcript directory does not exist or cannot be listed; it is waited for' };
  if (health.watching === 'polling' && health.problems.some(({ kind }) => kind === 'watch_limit')) {
    return { state: 'impaired', because: 'file events ran out, so the directory is polled; raise fs.inotify.max_user_watches' };
  }
  return health.files === 0 && health.lastEventAt === undefined ? { state: 'unknown' } : { state: 'readable' };
}

function sessionRow(row: BoardRow, postId: string | undefined): SessionRow {
  return {
    session: fingerprint(row.sessionKey),
    agent: row.agentId,
    state: row.state,
    channelId: row.target?.channelId,
    postId,
    why: row.why,
  };
}
