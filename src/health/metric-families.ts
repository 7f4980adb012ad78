// The table of what `GET /metrics` tells: names and units as OpenMetrics wants them, and where each number comes from. Pure.

import type { BoxState } from '../core/card.ts';
import type { WaitsOn } from '../core/event.ts';
import { METRICS, type MetricName } from '../core/meter.ts';
import type { Reach } from '../core/sink.ts';
import type { SourceCondition } from '../core/source.ts';
import type { CountedSeries, Series } from './counters.ts';
import type { GatewayReport } from './fleet-gateways.ts';
import type { HealthReport, HealthStatus, PublisherFacts } from './health-report.ts';

/** What metrics are made of. Labels are made of closed sets, ids of sources, names of rules and of agents; never of a text, a channel or a session. */
export interface MetricParts {
  readonly report: HealthReport;
  /** By the names of the meter. */
  readonly counted: CountedSeries;
}

/** A metric as readers know it. A counter's name ends in `_total`. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly labels: readonly string[];
  read(parts: MetricParts): readonly Readonly<Series>[];
}

type Gauge = readonly [
  name: string,
  help: string,
  read: (report: HealthReport) => number | readonly Readonly<Series>[],
  ...labels: string[],
];

const HEALTH: readonly HealthStatus[] = ['ok', 'degraded', 'down'];
const PUBLISHER: readonly PublisherFacts['state'][] = ['active', 'standing_by'];
const BUS: readonly NonNullable<HealthReport['bus']>['state'][] = ['reached', 'away'];
const GATEWAY: readonly GatewayReport['state'][] = ['heard', 'silent', 'stopped'];
const BREAKER: readonly HealthReport['sink']['breaker'][] = ['closed', 'open', 'half_open'];
const REACH: readonly Reach['state'][] = ['unknown', 'reached', 'failing'];
const TOKEN: readonly HealthReport['sink']['token'][] = ['unknown', 'accepted', 'refused'];
const SOURCE: readonly SourceCondition['state'][] = ['unknown', 'readable', 'impaired', 'unreadable'];
const WAITS_ON: readonly WaitsOn[] = ['approval', 'answer', 'review', 'gate'];

/** What sources call input that they could not decode. Other problems are no failures of decoding, or have names of others in them. */
export const DECODE_FAILURES = [
  'audit:undecodable',
  'emit_failed',
  'file-too-large',
  'garbage',
  'half_written',
  'hooks:undecodable',
  'index_broken',
  'invalid-json',
  'line-too-long',
  'long_line',
  'no-record',
  'not-json',
  'notification-line',
  'nul_block',
  'too-large',
  'too_large',
  'undecodable',
  'undecodable-history',
] as const;

const IS_DECODE_FAILURE: ReadonlySet<string> = new Set(DECODE_FAILURES);

const GAUGES: readonly Gauge[] = [
  ['live_status_info', 'The version that runs.', ({ version }) => [{ labels: { version }, value: 1 }], 'version'],
  ['live_status_health', '1 for what the watcher says of its health.', ({ status }) => stateSet('status', HEALTH, status), 'status'],
  ['live_status_ready', '1 once every source was read and Mattermost has answered.', ({ notReady }) => Number(notReady === undefined)],
  [
    'live_status_publisher',
    '1 for what this publisher of a fleet is to the others.',
    ({ publisher }) => (publisher === undefined ? [] : stateSet('state', PUBLISHER, publisher.state)),
    'state',
  ],
  [
    'live_status_bus',
    '1 for whether the bus takes what a watcher of a fleet sees.',
    ({ bus }) => (bus === undefined ? [] : stateSet('state', BUS, bus.state)),
    'state',
  ],
  [
    'live_status_bus_boxes',
    'Turns that a watcher of a fleet tells; of them those that wait for the bus, and that are too large.',
    busBoxes,
    'state',
  ],
  [
    'live_status_gateways',
    'Gateways of the fleet, by whether anything is heard of them.',
    ({ gateways = [] }) => (gateways.length === 0 ? [] : GATEWAY.map((state) => countedGateways(gateways, state))),
    'state',
  ],
  ['live_status_breaker', '1 for the state of the circuit breaker.', ({ sink }) => stateSet('state', BREAKER, sink.breaker), 'state'],
  ['live_status_mattermost', '1 for whether Mattermost is reached.', ({ sink }) => stateSet('state', REACH, sink.reach), 'state'],
  ['live_status_token', '1 for what Mattermost says of the token.', ({ sink }) => stateSet('state', TOKEN, sink.token), 'state'],
  [
    'live_status_last_success_timestamp_seconds',
    'When Mattermost last confirmed a request.',
    ({ sink }) => instantOf({}, sink.lastSuccessAt),
  ],
  ['live_status_boxes', 'Turns that have, or could have, a box.', boxesByState, 'source', 'state'],
  ['live_status_boxes_without_post', 'Those of them that have no post.', ({ boxes }) => boxes.withoutPost],
  ['live_status_boxes_without_slot', 'Boxes that wait because MAX_ACTIVE_SESSIONS others are open.', ({ boxes }) => boxes.withoutSlot],
  ['live_status_boxes_unsent', 'Boxes whose post may not show the newest state.', ({ boxes }) => boxes.dirty],
  ['live_status_boxes_parked', 'Boxes whose channel or age keeps their newest state out.', ({ boxes }) => boxes.parked.length],
  [
    'live_status_oldest_unsent_change_age_seconds',
    'Age of the oldest change that was not sent.',
    ({ boxes }) => boxes.oldestDirtyAgeMs / 1_000,
  ],
  ['live_status_oldest_unsent_end_age_seconds', 'Age of the oldest end that was not sent.', ({ boxes }) => boxes.oldestEndAgeMs / 1_000],
  [
    'live_status_behind_seconds',
    'How long a state has waited beyond its pace without a known problem.',
    ({ boxes }) => boxes.behindMs / 1_000,
  ],
  ['live_status_push_budget_per_second', 'Requests a second that the budget allows.', ({ edits }) => edits.perSecond],
  ['live_status_waits', 'What waits for people, by what is wanted of them.', waitsByKind, 'on'],
  ['live_status_oldest_wait_age_seconds', 'How long somebody has been waited for at most.', oldestWaitSeconds],
  ['live_status_source', '1 for the condition of a source.', sourceConditions, 'source', 'state'],
  ['live_status_source_files', 'Files that a source follows.', (report) => bySource(report, ({ files }) => files), 'source'],
  [
    'live_status_source_lag_seconds',
    'How late events of the last minutes were known, but for one in a hundred.',
    (report) => bySource(report, ({ lagP99Ms }) => lagP99Ms / 1_000),
    'source',
  ],
  [
    'live_status_source_last_event_timestamp_seconds',
    'When the last event of a source came.',
    ({ sources }) => sources.flatMap(({ name, lastEventAt }) => instantOf({ source: name }, lastEventAt)),
    'source',
  ],
  [
    'live_status_event_loop_delay_seconds',
    'How late timers of the last minutes were, but for one in a hundred.',
    ({ process }) => process.eventLoopDelayP99Ms / 1_000,
  ],
  ['process_resident_memory_bytes', 'Memory in use.', ({ process }) => process.rssBytes],
  ['process_start_time_seconds', 'When the watcher was started.', ({ startedAt }) => instantOf({}, startedAt)],
];

const REPORTED_COUNTERS: readonly Gauge[] = [
  [
    'live_status_unknown_kinds_total',
    'Input of kinds that the decoder does not know.',
    (report) => bySource(report, ({ unknownKinds }) => sumOf(unknownKinds, (kind) => !IS_DECODE_FAILURE.has(kind))),
    'source',
  ],
  ['live_status_decode_failures_total', 'Input that could not be decoded.', decodeFailures, 'source', 'problem'],
  [
    'live_status_findings_total',
    'What rules of the coordinator found, restarts included.',
    ({ coordinator }) => labelled('rule', coordinator?.findingsByRule ?? {}),
    'rule',
  ],
];

/** `live_status_push_results_total` has them. */
const IN_RESULTS: ReadonlySet<string> = new Set<MetricName>(['edits_sent', 'push_failures']);

/** All of them, in the order of the page. */
export const FAMILIES: readonly MetricFamily[] = [
  ...GAUGES.map((row) => reported('gauge', row)),
  ...REPORTED_COUNTERS.map((row) => reported('counter', row)),
  ...Object.entries(METRICS).flatMap(([name, { help, labels }]) => (IN_RESULTS.has(name) ? [] : [counted(name, help, labels)])),
  pushResults(),
];

function reported(type: MetricFamily['type'], [name, help, read, ...labels]: Gauge): MetricFamily {
  return { name, help, type, labels, read: ({ report }) => seriesOf(read(report)) };
}

function counted(name: string, help: string, labels: readonly string[]): MetricFamily {
  const none: Readonly<Series>[] = labels.length === 0 ? [{ labels: {}, value: 0 }] : [];
  return { name: `live_status_${name}_total`, help, type: 'counter', labels, read: (parts) => parts.counted[name] ?? none };
}

/** What became of pushes; the reason of a success is that nothing was wrong. */
function pushResults(): MetricFamily {
  const read: MetricFamily['read'] = ({ report: { edits, sink } }) => [
    { labels: { result: 'ok', reason: '' }, value: edits.sent },
    ...Object.entries(sink.failuresByReason).map(([reason, value]) => ({ labels: { result: 'failed', reason }, value })),
  ];
  const help = 'Requests for boxes that ended, by their result and why they failed.';
  return { name: 'live_status_push_results_total', help, type: 'counter', labels: ['result', 'reason'], read };
}

function countedGateways(gateways: readonly GatewayReport[], state: GatewayReport['state']): Readonly<Series> {
  return { labels: { state }, value: gateways.filter((gateway) => gateway.state === state).length };
}

function seriesOf(value: number | readonly Readonly<Series>[]): readonly Readonly<Series>[] {
  return typeof value === 'number' ? [{ labels: {}, value }] : value;
}

function labelled(label: string, values: Readonly<Record<string, number>>): Series[] {
  return Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }));
}

function stateSet<State extends string>(label: string, states: readonly State[], current: State): Series[] {
  return states.map((state) => ({ labels: { [label]: state }, value: Number(state === current) }));
}

/** Nothing for what has not happened yet. */
function instantOf(labels: Series['labels'], at: string | null): Series[] {
  return at === null ? [] : [{ labels, value: Date.parse(at) / 1_000 }];
}

function busBoxes({ bus }: HealthReport): Series[] {
  return bus === undefined ? [] : labelled('state', { told: bus.told, waiting: bus.waiting, too_large: bus.tooLarge });
}

function bySource({ sources }: HealthReport, read: (source: HealthReport['sources'][number]) => number): Series[] {
  return sources.map((source) => ({ labels: { source: source.name }, value: read(source) }));
}

function sourceConditions({ sources }: HealthReport): Series[] {
  return sources.flatMap(({ name, state }) =>
    stateSet('state', SOURCE, state).map(({ labels, value }) => ({ labels: { source: name, ...labels }, value })),
  );
}

function boxesByState({ sessions }: HealthReport): Series[] {
  const groups = Map.groupBy(sessions, ({ source = '', state }) => `${state} ${source}`);
  return [...groups.values()].flatMap((rows) => {
    const [first] = rows;
    return first === undefined ? [] : [{ labels: boxLabels(first), value: rows.length }];
  });
}

function boxLabels({ source = '', state }: { source?: string; state: BoxState }): Series['labels'] {
  return { source, state };
}

function waitsByKind({ sessions }: HealthReport): Series[] {
  const waits = sessions.flatMap((row) => row.waits ?? []);
  return WAITS_ON.map((kind) => ({ labels: { on: kind }, value: waits.filter(({ on }) => on === kind).length }));
}

function oldestWaitSeconds({ sessions }: HealthReport): number {
  return Math.max(0, ...sessions.flatMap(({ waits = [] }) => waits.map(({ forMs }) => forMs))) / 1_000;
}

function decodeFailures({ sources }: HealthReport): Series[] {
  return sources.flatMap(({ name, problems, unknownKinds }) =>
    DECODE_FAILURES.flatMap((problem) => {
      const value = (problems[problem] ?? 0) + (unknownKinds[problem] ?? 0); // sources count them as either
      return value === 0 ? [] : [{ labels: { source: name, problem }, value }];
    }),
  );
}

function sumOf(values: Readonly<Record<string, number>>, isCounted: (name: string) => boolean): number {
  return Object.entries(values).reduce((sum, [name, value]) => (isCounted(name) ? sum + value : sum), 0);
}
