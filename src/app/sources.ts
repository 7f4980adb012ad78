// Creates the sources that the configuration chose, and gives each of them only its own data.

import { packageVersion } from '../process/package-version.ts';
import type { Config } from '../config/config.ts';
import type { SessionEvent, Usage } from '../core/event.ts';
import { costOf, type Prices } from '../core/price.ts';
import type { OpenTurn, Source, SourcePorts } from '../core/source.ts';
import type { Session, SessionsByKey } from '../core/session.ts';
import { hasOpenRun } from '../core/turn.ts';
import { SOURCES } from '../sources/catalogue.ts';
import type { PositionStore } from '../store/position-store.ts';
import { neededArgsOf } from './encoding.ts';
import { wantsQuestions } from './coordinator-wiring.ts';

/** The ports that all sources share. */
export interface SourceHost extends Pick<SourcePorts, 'clock' | 'log' | 'redact' | 'visibility' | 'costOf'> {
  /** Gets each event with the source that it comes from. */
  emit(event: SessionEvent, sourceId: string): void;
  positions: Pick<PositionStore, 'stored' | 'set'>;
  sessions(): SessionsByKey;
}

/** The ports of what brings whole sessions. */
export interface TellingHost extends SourceHost {
  /** Gets each session that another watcher tells, with the source that it comes by. */
  tell(session: Session, sourceId: string): void;
  /** Nobody tells that session any more. */
  untell(sessionKey: string): void;
}

type Identity = Pick<Source, 'id' | 'capabilities'>;

/** The sources that the configuration chose; the log says why. */
export async function createSources(config: Config, host: SourceHost): Promise<Source[]> {
  const { ids, gateway, mesh, homes, because } = config.chosen;
  for (const sentence of because) host.log.info({}, sentence);
  const chosen = SOURCES.filter(({ id }) => ids.includes(id));
  const agentsOf = chosen.map(({ capabilities }) => capabilities.agents);
  const settings = {
    ...config,
    gateway,
    mesh,
    homes,
    version: packageVersion(),
    emitsQuestions: wantsQuestions(config),
    neededArgs: neededArgsOf(config),
    showsFailures: config.verbosity === 'detail',
  };
  const priced = config.prices === undefined ? host : { ...host, costOf: costBy(config.prices) };
  const sources = await Promise.all(
    chosen.map((entry): Promise<Source | undefined> => {
      const isOnlySource = agentsOf.filter((agents) => agents === entry.capabilities.agents).length === 1;
      return entry.create({ ...settings, isOnlySource }, portsOf(entry, priced, SOURCES));
    }),
  );
  return sources.filter((source) => source !== undefined);
}

function costBy(prices: Prices): NonNullable<SourceHost['costOf']> {
  return (model: string | undefined, usage: Usage) => costOf(prices, model, usage);
}

/** The ports of one source: only its own positions, sessions and turns. `all`: every source of the catalogue. */
export function portsOf(source: Identity, { positions, sessions, ...shared }: SourceHost, all: readonly Identity[]): SourcePorts {
  const { id, capabilities } = source;
  const sameAgents = new Set(all.filter((other) => other.capabilities.agents === capabilities.agents).map((other) => other.id));
  return {
    ...shared,
    checkpoints: positions.stored(id),
    onProgress: (path, position) => positions.set(id, path, position),
    knownKeys: () =>
      [...sessions().values()].flatMap(({ key, toldBy }) => (toldBy?.some((by) => sameAgents.has(by)) === true ? [key] : [])),
    openTurns: () => openTurnsOf(sessions(), id),
    emit: (event) => shared.emit(capabilities.tellsLoss === true ? withLossTold(event) : event, id),
  };
}

function withLossTold(event: SessionEvent): SessionEvent {
  return event.type === 'session_seen' ? { ...event, tellsLoss: true } : event;
}

/** The newest turn of each session that this source knows and that has not ended yet. */
export function openTurnsOf(sessionsByKey: SessionsByKey, sourceId: string): OpenTurn[] {
  return [...sessionsByKey.values()].flatMap(({ key, turns }) => {
    const turn = turns.findLast(({ startedBy }) => startedBy.includes(sourceId));
    if (turn === undefined || (turn.end !== undefined && !hasOpenRun(turn))) return [];
    const all = Object.keys(turn.runsById);
    const open = all.filter((runId) => turn.runsById[runId]?.open === true);
    const waiting = open.length === 0 && turn.end === undefined ? all.at(-1) : undefined;
    return [{ sessionKey: key, runIds: open, ...(waiting === undefined ? {} : { yieldedRunId: waiting }), since: turn.lastEventAt }];
  });
}
