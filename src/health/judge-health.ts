// Decides whether the daemon is ok, degraded or down, and gives the reasons. Pure.

import { reportGateway, silentGateways } from './fleet-gateways.ts';
import type { HealthFacts, HealthReport, HealthStatus, SourceFacts } from './health-report.ts';

/** One reason for not being ok. */
interface HealthProblem {
  readonly status: Exclude<HealthStatus, 'ok'>;
  readonly reason: string;
}

const LONG_WAIT_MS = 10_000;
const BEHIND_MS = 30_000; // a person who watches a box takes it for dead by then
const ALL_WELL = 'every source is read and Mattermost answers';
const ALL_TOLD = 'every source is read and the bus of the fleet takes what is seen';

/**
 * Makes the report. `down` needs a restart or a person: the token is refused, another watcher has taken over, or no source can be
 * read. Everything else, unknown included, is `degraded`, so that a supervisor does not restart for nothing.
 */
export function judgeHealth(facts: HealthFacts): HealthReport {
  const gateways = facts.gateways.map(reportGateway);
  const problems = [
    ...findReplacement(facts),
    ...(facts.bus === undefined ? findSink(facts) : findBus(facts.bus)),
    ...findSources(facts),
    ...findStorage(facts),
    ...findWaits(facts),
    ...findBoxes(facts),
    ...facts.boxProblems.map(degraded),
    ...findRoutes(facts),
    ...findFlood(facts),
    ...silentGateways(gateways, facts.now).map(degraded),
    ...(facts.coordinator?.problems ?? []).map(degraded),
  ];
  const worst = problems.filter(({ status }) => status === 'down');
  const ordered = [...worst, ...problems.filter(({ status }) => status !== 'down')];
  const notReady = worst.length > 0 ? worst.map(({ reason }) => reason) : awaitedBy(facts);
  return {
    status: ordered[0]?.status ?? 'ok',
    reason: ordered.map(({ reason }) => reason).join('; ') || (facts.bus === undefined ? ALL_WELL : ALL_TOLD),
    ...(notReady.length === 0 ? {} : { notReady: notReady.join('; ') }),
    version: facts.version,
    pid: facts.pid,
    startedAt: instant(facts.startedAt),
    uptimeMs: Math.max(0, facts.now - facts.startedAt),
    sourcesChosen: facts.sourcesChosen,
    sources: facts.sources.map(reportSource),
    sink: reportSink(facts),
    boxes: { ...facts.boxes, withoutPost: facts.sessions.filter(({ postId }) => postId === undefined).length },
    edits: facts.edits,
    sessions: facts.sessions,
    spent: facts.spent ?? {},
    ...(facts.routes === undefined ? {} : { routes: facts.routes }),
    ...(facts.coordinator === undefined ? {} : { coordinator: facts.coordinator }),
    ...(facts.publisher === undefined ? {} : { publisher: facts.publisher }),
    ...(facts.bus === undefined ? {} : { bus: { state: facts.bus.because === undefined ? 'reached' : 'away', ...facts.bus } }),
    ...(gateways.length === 0 ? {} : { gateways }),
    process: facts.process,
  };
}

/** What a start waits for. A later outage does not count here: the boxes wait, and a restart would not help. */
function awaitedBy({ sources, sink, bus }: HealthFacts): string[] {
  const unread = sources.filter(({ wasRead }) => !wasRead);
  return [
    ...unread.map((source) => sourceReason(source) ?? `${source.name} has not been read to its end yet`),
    ...(bus === undefined && sink.token.state === 'unknown' ? ['Mattermost has not answered yet'] : []),
    ...(bus?.wasReached === false ? [`the bus of the fleet has not been reached yet: ${bus.because ?? 'it is tried'}`] : []),
  ];
}

function down(reason: string): HealthProblem {
  return { status: 'down', reason };
}

function degraded(reason: string): HealthProblem {
  return { status: 'degraded', reason };
}

function findReplacement({ replacedBy }: HealthFacts): HealthProblem[] {
  return replacedBy === undefined ? [] : [down(`another watcher has taken over: ${replacedBy}`)];
}

function findSources({ sources }: HealthFacts): HealthProblem[] {
  const nothingReadable = sources.every(({ condition }) => condition.state === 'unreadable');
  if (sources.length === 0) return [down('there is no source')];
  const reasons = sources.flatMap((source) => sourceReason(source) ?? []);
  return nothingReadable ? [down(`no source can be read: ${reasons.join('; ')}`)] : reasons.map(degraded);
}

function sourceReason({ name, condition }: SourceFacts): string | undefined {
  switch (condition.state) {
    case 'readable':
      return undefined;
    case 'unknown':
      return `${name} has not been seen yet`;
    case 'impaired':
      return `${name}: ${condition.because}`;
    case 'unreadable':
      return `${name} cannot be read: ${condition.because}`;
    default:
      return condition satisfies never;
  }
}

function findSink({ sink }: HealthFacts): HealthProblem[] {
  if (sink.token.state === 'refused') return [down(`Mattermost refuses the token: ${sink.token.because}`)];
  if (sink.reach.state === 'failing')
    return [degraded(`Mattermost is not reached: ${sink.reach.because}${sink.breaker === 'open' ? ' (the circuit is open)' : ''}`)];
  if (sink.breaker !== 'closed')
    return [degraded(sink.breaker === 'open' ? 'the circuit to Mattermost is open' : 'Mattermost is being tried again after an outage')];
  if (sink.reach.state === 'unknown') return [degraded('Mattermost has not answered yet')];
  return sink.token.state === 'unknown' ? [degraded('Mattermost has not accepted the token yet')] : [];
}

/** What is not told now is told when the bus is back, but nobody sees it before. */
function findBus({ because, waiting, tooLarge }: NonNullable<HealthFacts['bus']>): HealthProblem[] {
  const unseen = waiting === 0 ? '' : `; the newest state of ${waiting} ${waiting === 1 ? 'box' : 'boxes'} waits for it`;
  return [
    ...(because === undefined ? [] : [degraded(`the bus of the fleet does not take what is seen: ${because}${unseen}`)]),
    ...(tooLarge === 0 ? [] : [degraded(`${tooLarge} ${tooLarge === 1 ? 'turn is' : 'turns are'} too large to be told to the fleet`)]),
  ];
}

function findStorage({ storage }: HealthFacts): HealthProblem[] {
  return storage.state === 'writable' ? [] : [degraded(`what must survive a crash is not kept: ${storage.because}`)];
}

/** A short wait is the server's normal way to slow us down. */
function findWaits({ sink: { blockedUntil, endlessChannel }, now }: HealthFacts): HealthProblem[] {
  const waitMs = (blockedUntil ?? now) - now;
  return [
    ...(waitMs < LONG_WAIT_MS
      ? []
      : [
          degraded(
            `Mattermost wants to be left alone for ${seconds(waitMs)} more (Retry-After): until then every box says what it said before`,
          ),
        ]),
    ...(endlessChannel === undefined
      ? []
      : [
          degraded(
            `channel ${endlessChannel} has more posts of the last hour than are searched, so a box of an earlier watcher may be overlooked there`,
          ),
        ]),
  ];
}

/** Boxes that are behind without a known reason, and sessions that wait for a slot. */
function findBoxes(facts: HealthFacts): HealthProblem[] {
  const { behindMs, withoutSlot, busiestAgent } = facts.boxes;
  const most = busiestAgent === undefined ? '' : `, most of them of agent ${busiestAgent}`;
  return [
    ...(behindMs <= BEHIND_MS || isHeldBack(facts)
      ? []
      : [degraded(facts.lateness ?? `a box is behind by ${seconds(behindMs)}: Mattermost answers slowly, or see sink.failuresByReason`)]),
    ...(withoutSlot === 0
      ? []
      : [
          degraded(
            `${withoutSlot} ${withoutSlot === 1 ? 'session waits' : 'sessions wait'} for a box, because MAX_ACTIVE_SESSIONS are open${most}`,
          ),
        ]),
  ];
}

function findRoutes({ routes }: HealthFacts): HealthProblem[] {
  return (routes?.rules ?? []).flatMap(({ rule, problem }) => (problem === undefined ? [] : [degraded(`ROUTES ${rule}: ${problem}`)]));
}

/** Thousands of sessions at once are an attack, or a fault of the agent that creates them. */
function findFlood({ sessionLimit: { turnedAway, agent } }: HealthFacts): HealthProblem[] {
  if (turnedAway === 0) return [];
  return [
    degraded(`${turnedAway} sessions are not watched, because there are too many at once; the newest is of agent ${agent ?? 'unknown'}`),
  ];
}

function isHeldBack({ sink, now }: HealthFacts): boolean {
  const isOpen = sink.breaker === 'closed' && sink.reach.state === 'reached' && sink.token.state === 'accepted';
  return !isOpen || (sink.blockedUntil ?? 0) > now;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}

function reportSource({
  name,
  condition,
  lastEventAt,
  lagP99Ms = 0,
  files = 0,
  unknownKinds,
  problems,
  ignoredNames,
}: SourceFacts): HealthReport['sources'][number] {
  const because = 'because' in condition ? { because: condition.because } : {};
  const ignored = ignoredNames === undefined ? {} : { ignoredNames };
  return {
    name,
    state: condition.state,
    ...because,
    lastEventAt: instantOrNull(lastEventAt),
    lagP99Ms,
    files,
    unknownKinds,
    problems,
    ...ignored,
  };
}

function reportSink({ sink }: HealthFacts): HealthReport['sink'] {
  const { breaker, reach, token, failuresByReason } = sink;
  return {
    breaker,
    reach: reach.state,
    token: token.state,
    lastSuccessAt: instantOrNull(sink.lastSuccessAt),
    blockedUntil: instantOrNull(sink.blockedUntil),
    failuresByReason,
  };
}

function instantOrNull(at: number | undefined): string | null {
  return at === undefined ? null : instant(at);
}

function instant(at: number): string {
  return new Date(at).toISOString();
}
