// Collects the facts of `/health` from the running parts.

import type { Board } from '../boxes/board/board.ts';
import { slotOwner } from '../boxes/board/box-policy.ts';
import type { BoardRow } from '../boxes/board/board-rows.ts';
import { describeLateness } from '../boxes/publish/lateness.ts';
import type { Publisher } from '../boxes/publish/publisher-ports.ts';
import type { Config } from '../config/config.ts';
import type { Coordinator } from '../coordinator/contract.ts';
import type { Clock } from '../core/clock.ts';
import type { Source } from '../core/source.ts';
import { spentByFamily } from '../core/model-family.ts';
import { type OpenTask, openTasks } from '../core/open-tasks.ts';
import { projectIn, type SessionsByKey, sessionTag } from '../core/session.ts';
import { fingerprint } from '../core/turn.ts';
import type { Counters } from '../health/counters.ts';
import type { HealthFacts, SessionRow } from '../health/health-report.ts';
import type { SourceLag } from '../health/source-lag.ts';
import { statusLimits } from './box-options.ts';
import { boxProblems, slowChannels, whyNotShown } from './box-problems.ts';
import type { Chat } from './chat.ts';
import type { Machine } from './machine.ts';
import type { RouteBook } from './route-book.ts';
import type { SessionLimit } from './session-limit.ts';
import type { PostStore } from '../store/post-store.ts';
import type { TwinSink } from '../takeover/twin.ts';

/** The parts that are read at each request. */
export interface HealthParts {
  version: string;
  startedAt: number;
  config: Config;
  clock: Clock;
  sources: readonly Source[];
  chat: Chat;
  publisher: Publisher;
  board: Board;
  sessions: SessionsByKey;
  posts: PostStore;
  machine: Pick<Machine, 'checkpoint' | 'process' | 'publisher'>;
  twin: TwinSink;
  /** Absent when it is off. */
  coordinator: Coordinator | undefined;
  sessionLimit: SessionLimit;
  routes: RouteBook;
  counters: Counters;
  lag: SourceLag;
}

/** Those that a process has whether or not it writes boxes itself. */
export type WatchedParts = Omit<HealthParts, 'chat' | 'publisher' | 'board' | 'posts' | 'twin' | 'machine'> & {
  machine: Pick<Machine, 'checkpoint' | 'process'>;
};

export function healthFacts(parts: HealthParts): HealthFacts {
  const stats = parts.publisher.stats();
  const { active, waiting, dirty, oldestDirtyAgeMs, oldestEndAgeMs, behindMs, parked } = stats;
  const { failuresByReason, lostWithoutPost, edits } = countedFacts(parts.counters);
  const rows = parts.board.rows();
  const now = parts.clock.now();
  return {
    ...watchedFacts(parts, rows),
    sink: parts.chat.facts(failuresByReason, stats.blockedUntil),
    replacedBy: parts.twin.replacedBy(),
    boxes: {
      active,
      waiting,
      dirty,
      oldestDirtyAgeMs,
      oldestEndAgeMs,
      behindMs,
      lostWithoutPost,
      parked,
      ...slotFacts(rows),
    },
    boxProblems: [...boxProblems(rows, stats), ...slowChannels(stats, parts.config)],
    edits: { ...edits, perSecond: stats.perSecond },
    lateness: stats.isBudgetSpent ? describeLateness(stats.behindMs, stats.perSecond) : undefined,
    sessions: rows.map((row) => sessionRow(row, { posts: parts.posts, stats, now })),
    publisher: parts.machine.publisher,
  };
}

/** The facts of those parts; `rows` are of the turns that have, or could have, a box. */
export function watchedFacts(parts: WatchedParts, rows: readonly BoardRow[]): WatchedFacts {
  const problem = parts.machine.checkpoint.problem();
  return {
    version: parts.version,
    pid: process.pid,
    startedAt: parts.startedAt,
    now: parts.clock.now(),
    sources: parts.sources.map((source) => ({ name: source.id, lagP99Ms: parts.lag.p99Ms(source.id), ...source.health() })),
    sourcesChosen: parts.config.chosen.because,
    storage: problem === undefined ? { state: 'writable' } : { state: 'failing', because: problem },
    sessionLimit: parts.sessionLimit.facts(),
    spent: spentByFamily(parts.sessions),
    routes: parts.routes.facts(rows),
    coordinator: parts.coordinator?.health(),
    gateways: parts.sources.flatMap((source) => source.gateways?.() ?? []),
    process: parts.machine.process.facts(),
  };
}

type WatchedFacts = Omit<
  HealthFacts,
  'sink' | 'boxes' | 'boxProblems' | 'edits' | 'lateness' | 'sessions' | 'publisher' | 'bus' | 'replacedBy'
>;

/** What `GET /tasks` lists. */
export function tasksOf({ sessions, config, clock }: Pick<HealthParts, 'sessions' | 'config' | 'clock'>): OpenTask[] {
  return openTasks(sessions, statusLimits(config), clock.now());
}

/** The counters that `/health` shows, by the names of its fields. */
export function countedFacts(
  counters: Counters,
): { edits: Omit<HealthFacts['edits'], 'perSecond'> } & Pick<HealthFacts['sink'], 'failuresByReason'> &
  Pick<HealthFacts['boxes'], 'lostWithoutPost'> {
  return {
    edits: {
      sent: counters.total('edits_sent'),
      conflated: counters.total('edits_conflated'),
      skipped: counters.total('edits_skipped'),
    },
    failuresByReason: counters.by('push_failures', 'reason'),
    lostWithoutPost: counters.total('turns_lost_without_post'),
  };
}

interface RowFacts {
  posts: Pick<PostStore, 'postIdOf'>;
  stats: Parameters<typeof whyNotShown>[1];
  now: number;
}

export function sessionRow(row: BoardRow, { posts, stats, now }: RowFacts): SessionRow {
  const postId = posts.postIdOf(row.boxId);
  const unwritten = postId === undefined ? 'its post is not written yet' : undefined;
  return {
    session: fingerprint(row.sessionKey),
    agent: row.agentId,
    ...(row.source === undefined ? {} : { source: row.source }),
    ...nameFacts(row),
    state: row.state,
    activity: row.activity,
    channelId: row.target?.channelId,
    postId,
    why: row.why ?? whyNotShown(row.boxId, stats) ?? unwritten,
    ...waitFacts(row, now),
  };
}

/** Without a word of what is asked: `/health` also lists conversations that nobody else may read. */
function waitFacts({ waits }: BoardRow, now: number): Pick<SessionRow, 'waits'> {
  if (waits.length === 0) return {};
  const facts = waits.map(({ on, since, until }) => ({ on, forMs: Math.max(0, now - since), ...leftUntil(until, now) }));
  return { waits: facts };
}

function leftUntil(until: number | undefined, now: number): { leftMs?: number } {
  return until === undefined ? {} : { leftMs: Math.max(0, until - now) };
}

/** As in the title of its box. */
function nameFacts({ title, address, sessionId, gateway }: BoardRow): Pick<SessionRow, 'project' | 'gateway'> {
  const where = gateway === undefined ? {} : { gateway };
  if (title !== undefined) return { project: title, ...where };
  return address === undefined ? where : { project: `${projectIn(address)} ${sessionTag(sessionId)}`.trimEnd(), ...where };
}

/** How many boxes wait for a slot, and while any do, the agent that has most of the slots. */
export function slotFacts(rows: readonly BoardRow[]): { withoutSlot: number; busiestAgent: string | undefined } {
  const withoutSlot = rows.filter(({ slot }) => slot === 'waits').length;
  if (withoutSlot === 0) return { withoutSlot, busiestAgent: undefined };
  const holders = Map.groupBy(
    rows.filter(({ slot }) => slot === 'has'),
    slotOwner,
  );
  const [busiest] = [...holders].toSorted(([, one], [, other]) => other.length - one.length);
  return { withoutSlot, busiestAgent: busiest?.[0] };
}
