// Makes the configured sources and tells how each of them is, in one form for `/health`.

import type { Config } from '../config.ts';
import type { Clock } from '../core/clock.ts';
import type { SessionEvent } from '../core/event.ts';
import type { Logger } from '../core/log.ts';
import type { SourceCondition, SourceFacts } from '../http/health-report.ts';
import { createTranscriptSource, type TranscriptHealth } from '../sources/transcripts/source.ts';
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
}

/** One source as the daemon holds it. */
export interface RunningSource {
  /** Resolves when everything that was there was read. */
  start(): Promise<void>;
  /** No event comes after this. */
  stop(): Promise<void>;
  facts(): SourceFacts;
}

export function createSources(config: Config, ports: SourcePorts): RunningSource[] {
  return [transcripts(config, ports)];
}

function transcripts(config: Config, ports: SourcePorts): RunningSource {
  const source = createTranscriptSource({
    dir: config.transcriptDir,
    sessionsJson: config.sessionsJson,
    polling: config.watchPolling,
    tellsQuestions: wantsQuestions(config),
    ...ports,
  });
  return { start: () => source.start(), stop: () => source.stop(), facts: () => transcriptFacts(source.health()) };
}

function transcriptFacts(health: TranscriptHealth): SourceFacts {
  const problems: Record<string, number> = {};
  for (const { kind, count } of health.problems) problems[kind] = (problems[kind] ?? 0) + count;
  const { files, lastEventAt, unknownKinds } = health;
  return { name: 'transcripts', condition: transcriptCondition(health), lastEventAt, files, unknownKinds, problems };
}

function transcriptCondition(health: TranscriptHealth): SourceCondition {
  if (!health.readable)
    return { state: 'unreadable', because: 'the transcript directory does not exist or cannot be listed; it is waited for' };
  if (health.watching === 'polling' && health.problems.some(({ kind }) => kind === 'watch_limit')) {
    return { state: 'impaired', because: 'file events ran out, so the directory is polled; raise fs.inotify.max_user_watches' };
  }
  return health.files === 0 && health.lastEventAt === undefined ? { state: 'unknown' } : { state: 'readable' };
}
