// Pure: what is remembered of a session of the gateway, and with what a run of it begins a turn.

import type { Trigger } from '../../../core/event.ts';
import type { TurnStart } from './turn-start.ts';
import { announcedBy, cronJobOf } from './raw-session-key.ts';

export interface GatewaySession {
  rawKey: string;
  /** A turn was begun and no run of it has ended since. */
  hasBegun: boolean;
  /** When, by the gateway's clock. */
  begunAt: number;
  /** It was begun without knowing by what. */
  isTriggerUnknown: boolean;
  /** A message that came while a run was open: it steers that run, or begins the next turn. */
  held?: { event: TurnStart; at: number };
  openRuns: Set<string>;
  /** What its rows last said of whether a run was stopped; a version that never takes that back says nothing new with it. */
  isStoppedByRow?: boolean;
}

export function newSession(rawKey: string): GatewaySession {
  return { rawKey, hasBegun: false, begunAt: 0, isTriggerUnknown: false, openRuns: new Set() };
}

/** Takes what a run began with of which only the end was seen: the message that is held is most likely the one it was to answer. */
export function takeTurnStart(session: GatewaySession, runId: string, at: number): { at: number; event: TurnStart } {
  const { held } = session;
  delete session.held;
  if (held !== undefined) return { at: Math.max(held.at, at), event: { ...held.event, runId } };
  return { at, event: { type: 'turn_started', trigger: { kind: 'unknown' }, runId } };
}

/** The trigger of a run that no message announces. `jobName` knows the names of scheduled jobs. */
export function internalTrigger(
  { rawKey, hasBegun }: GatewaySession,
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
