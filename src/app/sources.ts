// Makes the configured sources and tells how each of them is, in one form for `/health`.

import { packageVersion } from '../runtime/package-version.ts';
import type { Config } from '../config/config.ts';
import type { GatewayAccess } from '../config/choose-sources.ts';
import type { Clock } from '../core/clock.ts';
import type { SessionEvent } from '../core/event.ts';
import type { Logger } from '../core/log.ts';
import type { Session } from '../core/session.ts';
import { hasOpenRun } from '../core/turn.ts';
import type { SourceCondition, SourceFacts } from '../health/health-report.ts';
import { createGatewaySource, type GatewayHealth, type RestoredTurn } from '../sources/openclaw/gateway/source.ts';
import type { Problem } from '../sources/openclaw/transcripts/problems.ts';
import { createTranscriptSource, type TranscriptHealth } from '../sources/openclaw/transcripts/source.ts';
import { gatewayCondition } from './gateway-condition.ts';
import { wantsQuestions } from './governing.ts';

export interface SourcePorts {
  clock: Clock;
  log: Logger;
  redact(text: string): string;
  /** Called in order per session; must not throw. */
  emit(event: SessionEvent): void;
  /** How far each transcript was read before. */
  checkpoints: ReadonlyMap<string, unknown>;
  onProgress(path: string, position: unknown): void;
  /** Sessions that an earlier process watched. */
  knownKeys(): Iterable<string>;
  /** Turns that were open when an earlier process ended; asked at the start. */
  openTurns(): readonly RestoredTurn[];
}

/** The newest turn of each session that nobody has ended yet, as far as a gateway knows of it. */
export function openTurnsOf(sessionsByKey: ReadonlyMap<string, Session>): RestoredTurn[] {
  return [...sessionsByKey.values()].flatMap(({ key, turns }) => {
    const turn = turns.findLast(({ startedBy }) => startedBy.includes('gateway'));
    if (turn === undefined || (turn.end !== undefined && !hasOpenRun(turn))) return [];
    const runIds = Object.keys(turn.runsById).filter((runId) => turn.runsById[runId]?.open === true);
    return [{ sessionKey: key, runIds, since: turn.lastEventAt }];
  });
}

/** One source as the daemon holds it. */
export interface RunningSource {
  /** Resolves when everything that was there was read. */
  start(): Promise<void>;
  /** No event comes after this. */
  stop(): Promise<void>;
  facts(): SourceFacts;
}

/** What the configuration chose; the log says why. */
export function createSources(config: Config, ports: SourcePorts): RunningSource[] {
  const { transcriptDir, gateway, because } = config.chosen;
  for (const sentence of because) ports.log.info({}, sentence);
  return [
    ...(transcriptDir === undefined ? [] : [transcripts(transcriptDir, config, ports)]),
    ...(gateway === undefined ? [] : [gatewaySource(gateway, config, ports)]),
  ];
}

function transcripts(dir: string, config: Config, ports: SourcePorts): RunningSource {
  const source = createTranscriptSource({
    dir,
    sessionsJson: config.sessionsJson,
    polling: config.watchPolling,
    tellsQuestions: wantsQuestions(config),
    ...ports,
  });
  let wasRead = false;
  return {
    start: async () => {
      await source.start();
      wasRead = true;
    },
    stop: () => source.stop(),
    facts: () => transcriptFacts(source.health(), wasRead),
  };
}

function gatewaySource({ url, token }: GatewayAccess, config: Config, ports: SourcePorts): RunningSource {
  const { clock, log, redact, emit, openTurns } = ports;
  const source = createGatewaySource({
    url,
    token,
    version: packageVersion(),
    stateDir: config.stateDir,
    tellsQuestions: wantsQuestions(config),
    random: Math.random,
    clock,
    log,
    redact,
    emit,
    restored: openTurns,
    isOnlySource: config.chosen.transcriptDir === undefined,
  });
  return { start: () => source.start(), stop: () => source.stop(), facts: () => gatewayFacts(source.health()) };
}

function transcriptFacts(health: TranscriptHealth, wasRead: boolean): SourceFacts {
  const problems: Record<string, number> = {};
  for (const { kind, count } of health.problems) problems[kind] = (problems[kind] ?? 0) + count;
  const { files, lastEventAt, unknownKinds, ignored } = health;
  return {
    name: 'transcripts',
    condition: transcriptCondition(health),
    wasRead: wasRead && health.readable,
    lastEventAt,
    files,
    unknownKinds,
    problems,
    ignoredNames: ignored,
  };
}

/** Whether what is there can be read, and if not the cause and the cure. */
export function transcriptCondition(health: TranscriptHealth): SourceCondition {
  if (!health.readable) return { state: 'unreadable', because: whyNoDirectory(health) };
  const lacks = lackingIn(health);
  if (lacks.length > 0) return { state: 'impaired', because: lacks.join('; ') };
  return health.files === 0 && health.lastEventAt === undefined ? { state: 'unknown' } : { state: 'readable' };
}

function whyNoDirectory({ forbidden }: TranscriptHealth): string {
  if (forbidden) return `this user may not look into the transcript directory (permission denied); ${AS_OWNER}`;
  return 'the transcript directory does not exist; it is waited for';
}

const AS_OWNER = 'run the watcher as the user who owns the transcripts';

/** What is not seen of what is there, by the kind of problem that stands in the way. */
const LACKS: Partial<Record<Problem['kind'], (standing: number, path: string) => string>> = {
  unreadable: (standing, path) => `${countOf(standing, 'transcript')} cannot be read (permission denied), such as ${path}; ${AS_OWNER}`,
  folder_unreadable: (standing, path) =>
    `${countOf(standing, 'folder')} cannot be looked into (permission denied), such as ${path}; ${AS_OWNER}`,
  index_unreadable: (standing, path) =>
    `${countOf(standing, 'session index', 'session indexes')} cannot be read (permission denied), such as ${path}; ${AS_OWNER}`,
  too_many: (standing, path) =>
    `${countOf(standing, 'folder')} with more transcripts at work than are followed at once, such as ${path}: the others wait`,
  index_large: (standing, path) =>
    `${countOf(standing, 'session index', 'session indexes')} with far too many rows, such as ${path}: only the newest are used; remove old sessions`,
};

function lackingIn({ watching, problems }: TranscriptHealth): string[] {
  const standing = problems.flatMap(({ kind, standing: paths, path }) => (paths === 0 ? [] : (LACKS[kind]?.(paths, path) ?? [])));
  const isPolled = watching === 'polling' && problems.some(({ kind }) => kind === 'watch_limit');
  const words = 'file events ran out, so the directory is polled; raise fs.inotify.max_user_watches or max_user_instances';
  return isPolled ? [words, ...standing] : standing;
}

function countOf(count: number, one: string, more = `${one}s`): string {
  return `${count} ${count === 1 ? one : more}`;
}

function gatewayFacts(health: GatewayHealth): SourceFacts {
  const { garbage, gaps, reconnects, lastEventAt, unknownKinds } = health;
  const counted = Object.entries({ garbage, gaps, reconnects }).filter(([, count]) => count > 0);
  const wasRead = health.state.state === 'connected';
  return {
    name: 'gateway',
    condition: gatewayCondition(health),
    wasRead,
    lastEventAt,
    unknownKinds,
    problems: Object.fromEntries(counted),
  };
}
