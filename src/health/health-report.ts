// The types of `GET /health`: the facts that the daemon collects, and the report made of them.
import type { Activity } from '../core/activity.ts';
import type { BoxState } from '../core/card.ts';
import type { WaitsOn } from '../core/event.ts';
import type { Spent } from '../core/model-family.ts';
import type { Reach, Reason } from '../core/sink.ts';
import type { GatewayHealth, SourceCondition, SourceHealth } from '../core/source.ts';
import type { GatewayReport } from './fleet-gateways.ts';

/** The health of the source that `SOURCES` calls `name`. */
export interface SourceFacts extends SourceHealth {
  readonly name: string;
  /** How long after its writer's time an event of the last minutes was known, but for one in a hundred. */
  readonly lagP99Ms?: number;
}

type TokenCondition = { readonly state: 'unknown' | 'accepted' } | { readonly state: 'refused'; readonly because: string };

export interface SinkFacts {
  readonly breaker: 'closed' | 'open' | 'half_open';
  readonly reach: Reach;
  readonly token: TokenCondition;
  readonly lastSuccessAt?: number | undefined;
  /** While the server's rate limit lasts. */
  readonly blockedUntil?: number | undefined;
  /** A channel with more posts than are searched for those of an earlier watcher. */
  readonly endlessChannel?: string | undefined;
  readonly failuresByReason: Readonly<Record<string, number>>;
}

/** One conversation whose turn has, or could have, a box. Either `postId` or `why` says where the box is. */
export interface SessionRow {
  /** The session's key, hashed: keys contain ids of people. */
  readonly session: string;
  readonly agent: string;
  /** The first source that told of it, as `SOURCES` calls it. */
  readonly source?: string;
  /** Of a session that ROUTES places, as in the title of its box: `shop #a1b2`, `T-001 node-a`. */
  readonly project?: string;
  /** The gateway that watches it; absent without a fleet. */
  readonly gateway?: string;
  readonly state: BoxState;
  readonly activity: Activity;
  readonly channelId?: string | undefined;
  readonly postId?: string | undefined;
  /** Why there is no post, or why it does not show the newest state, for people. */
  readonly why?: string | undefined;
  /** Everything in it that waits for people, sub-agents included; absent when nothing does. */
  readonly waits?: readonly { readonly on: WaitsOn; readonly forMs: number; readonly leftMs?: number }[];
}

interface BoxFacts {
  readonly active: number;
  readonly waiting: number;
  readonly dirty: number;
  readonly oldestDirtyAgeMs: number;
  /** How long an end has waited for its post at most. */
  readonly oldestEndAgeMs: number;
  /** How long the newest state of a box has waited beyond its pace, where no known problem delays it. */
  readonly behindMs: number;
  /** Boxes that wait because MAX_ACTIVE_SESSIONS others are kept up to date, and the agent that has most of those. */
  readonly withoutSlot: number;
  readonly busiestAgent?: string | undefined;
  /** Lost turns that had nothing else to show and got no post, because there were too many within a minute; since the start. */
  readonly lostWithoutPost: number;
  readonly parked: readonly { readonly boxId: string; readonly channelId: string; readonly reason: Reason; readonly because?: string }[];
}

interface EditFacts {
  readonly sent: number;
  readonly conflated: number;
  readonly skipped: number;
  /** Requests a second that the budget allows by now. */
  readonly perSecond: number;
}

export interface ProcessFacts {
  readonly rssBytes: number;
  readonly eventLoopDelayP99Ms: number;
}

/** The coordinator's part of the report; `problems` are reasons for being degraded. */
export interface CoordinatorFacts {
  readonly problems: readonly string[];
  readonly rules: readonly string[];
  readonly findingsByRule: Readonly<Record<string, number>>;
  readonly governance: object;
  readonly recoveryNeeded: boolean;
  readonly ledger: object;
  readonly resilience: object;
  readonly noticesWaiting: number;
}

/** The rules of ROUTES, and the sessions that no rule covers. */
export interface RouteFacts {
  readonly rules: readonly {
    readonly rule: string;
    /** A session has needed it at some time. */
    readonly isUsed: boolean;
    /** Why it is of no use: its target cannot be used, or nothing has matched it for a day. */
    readonly problem?: string;
  }[];
  /** Their addresses, and the rule that would show them. They are private until there is one, so they are no problem. */
  readonly unrouted: readonly { readonly address: string; readonly sessions: number; readonly rule: string }[];
}

/** What a publisher of a fleet is to the others. */
export interface PublisherFacts {
  readonly state: 'active' | 'standing_by';
  /** Who writes the boxes, for people: host and process; absent while nobody is known. */
  readonly active?: string | undefined;
}

/** What a watcher of a fleet says of the bus, in the place of a chat server. */
export interface BusFacts {
  readonly url: string;
  /** Why the bus does not take what is seen, for people; absent while it does. */
  readonly because?: string | undefined;
  /** Since the start. */
  readonly wasReached: boolean;
  /** Turns that are told, and those of them whose newest state the bus does not have yet. */
  readonly told: number;
  readonly waiting: number;
  /** Turns that are too large to be told. */
  readonly tooLarge: number;
}

/** Everything that health is judged by. Instants are milliseconds since the epoch. */
export interface HealthFacts {
  readonly version: string;
  readonly pid: number;
  readonly startedAt: number;
  readonly now: number;
  readonly sources: readonly SourceFacts[];
  /** Which sources were chosen and why, one sentence each. */
  readonly sourcesChosen: readonly string[];
  readonly sink: SinkFacts;
  /** The instance that took our boxes over, for people. */
  readonly replacedBy?: string | undefined;
  /** Whether what must survive a crash can be written. */
  readonly storage: { readonly state: 'writable' } | { readonly state: 'failing'; readonly because: string };
  readonly boxes: BoxFacts;
  /** Problems that keep boxes from being shown and that a person can solve, with cause and cure. */
  readonly boxProblems: readonly string[];
  /** Sessions that were turned away within a minute because too many are watched, and the agent of the newest. */
  readonly sessionLimit: { readonly turnedAway: number; readonly agent: string | undefined };
  readonly edits: EditFacts;
  /** While the budget of requests is what boxes wait for: how far they are behind and what would help, for people. */
  readonly lateness?: string | undefined;
  readonly sessions: readonly SessionRow[];
  /** By families of models, of the turns that are not forgotten. */
  readonly spent?: Readonly<Record<string, Spent>> | undefined;
  /** Absent without rules and without sessions that need one. */
  readonly routes?: RouteFacts | undefined;
  /** Absent when the coordinator is off. */
  readonly coordinator?: CoordinatorFacts | undefined;
  /** Only of a publisher of a fleet. */
  readonly publisher?: PublisherFacts | undefined;
  /** Only of a watcher of a fleet, which talks to no chat server. */
  readonly bus?: BusFacts | undefined;
  /** Those of the fleet; none without one. */
  readonly gateways: readonly GatewayHealth[];
  readonly process: ProcessFacts;
}

/** `ok` and `degraded` are answered with 200, `down` with 503. */
export type HealthStatus = 'ok' | 'degraded' | 'down';

/** The body of `GET /health`. Instants are ISO 8601. */
export interface HealthReport {
  readonly status: HealthStatus;
  /** Every problem, the worst first, for people. */
  readonly reason: string;
  /** What a start still waits for, or why the watcher cannot work, for people; absent when it is ready. */
  readonly notReady?: string;
  readonly version: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly uptimeMs: number;
  readonly sourcesChosen: readonly string[];
  readonly sources: readonly {
    readonly name: string;
    readonly state: SourceCondition['state'];
    readonly because?: string;
    readonly lastEventAt: string | null;
    readonly lagP99Ms: number;
    readonly files: number;
    readonly unknownKinds: Readonly<Record<string, number>>;
    readonly problems: Readonly<Record<string, number>>;
    readonly ignoredNames?: Readonly<Record<string, number>>;
  }[];
  readonly sink: {
    readonly breaker: SinkFacts['breaker'];
    readonly reach: Reach['state'];
    readonly token: TokenCondition['state'];
    readonly lastSuccessAt: string | null;
    readonly blockedUntil: string | null;
    readonly failuresByReason: SinkFacts['failuresByReason'];
  };
  readonly boxes: BoxFacts & { readonly withoutPost: number };
  readonly edits: EditFacts;
  readonly sessions: readonly SessionRow[];
  readonly spent: Readonly<Record<string, Spent>>;
  readonly routes?: RouteFacts;
  readonly coordinator?: CoordinatorFacts;
  readonly publisher?: PublisherFacts;
  readonly bus?: BusFacts & { readonly state: 'reached' | 'away' };
  /** Absent without a fleet. */
  readonly gateways?: readonly GatewayReport[];
  readonly process: ProcessFacts;
}
