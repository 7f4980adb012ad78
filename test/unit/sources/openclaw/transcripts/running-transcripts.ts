import { onTestFinished } from 'vitest';
import type { EventOf, SessionEvent } from '../../../../../src/core/event.ts';
import { systemClock } from '../../../../../src/process/system-clock.ts';
import {
  createTranscriptSource,
  type TranscriptCheckpoint,
  type TranscriptSource,
  type TranscriptSourceOptions,
} from '../../../../../src/sources/openclaw/transcripts/transcripts-source.ts';

/** A running source with everything it said. */
export interface Watched {
  source: TranscriptSource;
  events: SessionEvent[];
  logged: string[];
  checkpoints: Map<string, TranscriptCheckpoint>;
  /** Short names of what was said: `key: turn`, `key: answer-1`, … without `session_seen`. */
  said(): string[];
  seen(key: string): EventOf<'session_seen'>[];
}

/** Starts a source over a real directory with the real clock; stopped when the test ends. */
export async function watch(dir: string, options: Partial<TranscriptSourceOptions> = {}): Promise<Watched> {
  const events: SessionEvent[] = [];
  const logged: string[] = [];
  const checkpoints = new Map<string, TranscriptCheckpoint>();
  const keepMessage = (fields: Readonly<Record<string, unknown>>, message: string) =>
    void logged.push(`${message} ${String(fields['path'] ?? '')}`.trim());
  const source = createTranscriptSource({
    dir,
    polling: false,
    clock: systemClock,
    redact: (text) => text.replaceAll('hush', '[masked]'),
    emit: (event) => events.push(event),
    log: { debug: keepMessage, info: keepMessage, warn: keepMessage, error: keepMessage },
    onProgress: (path, checkpoint) => {
      if (checkpoint === undefined) checkpoints.delete(path);
      else checkpoints.set(path, checkpoint);
    },
    ...options,
  });
  onTestFinished(() => source.stop());
  await source.start();
  return {
    source,
    events,
    logged,
    checkpoints,
    said: () => events.flatMap((event) => shortly(event)),
    seen: (key) => events.filter((event) => event.type === 'session_seen').filter((event) => event.sessionKey === key),
  };
}

function shortly(event: SessionEvent): string[] {
  const key = event.sessionKey.replace(/^agent:/, '');
  if (event.type === 'session_seen') return [];
  if (event.type === 'message') return [`${key}: ${event.text ?? event.messageId}`];
  if (event.type === 'busy_cleared') return [`${key}: ${event.crashed ? 'crashed' : 'cleared'}`];
  return [`${key}: ${event.type}`];
}
