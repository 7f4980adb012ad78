// Makes the sources that the configuration chose.

import { packageVersion } from '../runtime/package-version.ts';
import type { Config } from '../config/config.ts';
import type { OpenTurn, Source, SourcePorts } from '../core/source.ts';
import type { SessionsByKey } from '../core/session.ts';
import { hasOpenRun } from '../core/turn.ts';
import { SOURCES } from '../sources/catalogue.ts';
import { wantsQuestions } from './governing.ts';

/** What the configuration chose; the log says why. */
export async function createSources(config: Config, ports: SourcePorts): Promise<Source[]> {
  const { transcriptDir, gateway, because } = config.chosen;
  for (const sentence of because) ports.log.info({}, sentence);
  const { sessionsJson, watchPolling, stateDir } = config;
  const settings = {
    transcriptDir,
    sessionsJson,
    watchPolling,
    gateway,
    stateDir,
    version: packageVersion(),
    tellsQuestions: wantsQuestions(config),
    isOnlySource: transcriptDir === undefined,
  };
  const sources = await Promise.all(SOURCES.map((entry): Promise<Source | undefined> => entry.create(settings, ports)));
  return sources.filter((source) => source !== undefined);
}

/** The newest turn of each session that nobody has ended yet, as far as a gateway knows of it. */
export function openTurnsOf(sessionsByKey: SessionsByKey): OpenTurn[] {
  return [...sessionsByKey.values()].flatMap(({ key, turns }) => {
    const turn = turns.findLast(({ startedBy }) => startedBy.includes('gateway'));
    if (turn === undefined || (turn.end !== undefined && !hasOpenRun(turn))) return [];
    const runIds = Object.keys(turn.runsById).filter((runId) => turn.runsById[runId]?.open === true);
    return [{ sessionKey: key, runIds, since: turn.lastEventAt }];
  });
}
