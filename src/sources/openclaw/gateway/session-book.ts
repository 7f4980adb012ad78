// Pure: what is remembered of a session of the gateway, and with what a run of it begins a turn.

import type { Trigger } from '../../../core/event.ts';
import type { Fact } from '../decoding/decoded-event.ts';
import { announcedBy, cronJobOf } from './session-name.ts';

/** A beginning as it is told; `messageId` is that of the message that caused it. */
export type Beginning = Extract<Fact, { type: 'turn_started' }>;

export interface SessionBook {
  rawKey: string;
  /** A turn was begun and no run of it has ended since. */
  hasBegun: boolean;
  /** When, by the gateway's clock. */
  begunAt: number;
  /** It was begun without knowing by what. */
  awaitsWord: boolean;
  /** A message that came while a run was open: it steers that run, or begins the next turn. */
  held?: { fact: Beginning; at: number };
  openRuns: Set<string>;
  /** What its rows last said of whether a run was stopped; a version that never takes that back says nothing new with it. */
  saysStopped?: boolean;
}

export function newSession(rawKey: string): SessionBook {
  return { rawKey, hasBegun: false, begunAt: 0, awaitsWord: false, openRuns: new Set() };
}

/** Takes what a run began with of which only the end was seen: the message that is held is most likely the one it was to answer. */
export function takeBeginning(session: SessionBook, runId: string, at: number): { at: number; fact: Beginning } {
  const { held } = session;
  delete session.held;
  if (held !== undefined) return { at: Math.max(held.at, at), fact: { ...held.fact, runId } };
  return { at, fact: { type: 'turn_started', trigger: { kind: 'unknown' }, runId } };
}

/** The trigger of a run that no message announces. `jobName` knows the names of scheduled jobs. */
export function internalTrigger(
  { rawKey, hasBegun }: SessionBook,
  run: { runId: string; isHeartbeat: boolean },
  jobName: (jobId: string) => string | undefined,
): Trigger | undefined {
  const announced = announcedBy(run.runId);
  if (announced !== undefined) return { kind: 'announce', ...announced };
  if (run.isHeartbeat) return { kind: 'heartbeat' };
  const jobId = cronJobOf(rawKey);
  if (jobId === undefined || hasBegun) return undefined;
  const name = jobName(jobId);
  return { kind: 'schedule', jobId, ...(name === undefined ? {} : { name }) };
}
