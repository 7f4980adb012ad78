// A source of Claude Code sessions over a real folder, folded as the daemon folds it.

import { openTurnsOf, portsOf } from '../../../../src/app/sources.ts';
import type { Clock } from '../../../../src/core/clock.ts';
import type { SessionEvent } from '../../../../src/core/event.ts';
import { Fold } from '../../../../src/core/fold.ts';
import type { Session } from '../../../../src/core/session.ts';
import type { Source, SourcePorts, Visibility } from '../../../../src/core/source.ts';
import { systemClock } from '../../../../src/process/system-clock.ts';
import { CLAUDE_CODE } from '../../../../src/sources/claude-code/claude-code-identity.ts';
import { createClaudeCodeSource } from '../../../../src/sources/claude-code/claude-code-source.ts';
import type { ProcessTable } from '../../../../src/sources/claude-code/process-sight.ts';

const EVERYTHING: Visibility = { isRouted: true, commands: true, texts: true, prompts: true };

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** What survives a process: plain data. */
export interface Memory {
  positions: Map<string, unknown>;
  sessions: Session[];
}

export interface Watching {
  source: Source;
  events: SessionEvent[];
  fold: Fold;
  /** Stops, and says what is left for the next process. */
  stop(): Promise<Memory>;
}

export interface WatchOptions {
  dirs: readonly string[];
  clock?: Clock;
  memory?: Memory;
  visibility?: (address: string) => Visibility;
  processes?: ProcessTable;
  emitsQuestions?: boolean;
  redact?: (text: string) => string;
  costOf?: NonNullable<SourcePorts['costOf']>;
}

/** The caller stops it. */
export async function watch(options: WatchOptions): Promise<Watching> {
  const { clock = systemClock, memory, visibility = () => EVERYTHING, redact = (text) => text } = options;
  const fold = new Fold();
  for (const session of memory?.sessions ?? []) fold.restore(session, clock.now());
  const events: SessionEvent[] = [];
  const positions = new Map(memory?.positions);
  const ports = portsOf(
    CLAUDE_CODE,
    {
      clock,
      log: quiet,
      redact,
      visibility,
      sessions: () => fold.sessionsByKey,
      positions: { stored: () => positions, set: (_id, path, position) => setOrDelete(positions, path, position) },
      emit: (event) => {
        events.push(event);
        fold.apply(event);
      },
    },
    [CLAUDE_CODE],
  );
  const { dirs, processes, emitsQuestions, costOf } = options;
  const source = createClaudeCodeSource({
    ...ports,
    dirs,
    visibility,
    openTurns: () => openTurnsOf(fold.sessionsByKey, CLAUDE_CODE.id),
    ...(processes === undefined ? {} : { processes }),
    ...(emitsQuestions === undefined ? {} : { emitsQuestions }),
    ...(costOf === undefined ? {} : { costOf }),
  });
  await source.start();
  const stop = async (): Promise<Memory> => {
    await source.stop();
    const left: Memory = JSON.parse(JSON.stringify({ sessions: [...fold.sessionsByKey.values()] })) as Memory; // as it is stored
    return {
      ...left,
      positions: new Map([...positions].map(([path, position]) => [path, JSON.parse(JSON.stringify(position)) as unknown])),
    };
  };
  return { source, events, fold, stop };
}

function setOrDelete(positions: Map<string, unknown>, path: string, position: unknown): void {
  if (position === undefined) positions.delete(path);
  else positions.set(path, position);
}

/** A clock for a recording that ended at `endedAt`: it is then now, and timers run `faster` times as fast. */
export function clockAt(endedAt: number, faster = 1): Clock {
  const byMs = Date.now() - endedAt;
  return {
    now: () => Date.now() - byMs,
    monotonic: () => systemClock.monotonic(),
    after: (delayMs, run) => systemClock.after(delayMs / faster, run),
  };
}
