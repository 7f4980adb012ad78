// The state of one session of the gateway, and the start of a turn when no message gives it. Pure.

import type { Trigger } from '../../../core/event.ts';
import type { TurnStart } from './turn-start.ts';
import { announcedBy, cronJobOf } from './raw-session-key.ts';

export interface GatewaySession {
  rawKey: string;
  /** A turn has begun and no run of it has ended since. */
  hasBegun: boolean;
  /** When the turn began, by the gateway's clock. */
  begunAt: number;
  /** The turn began with an unknown trigger. */
  isTriggerUnknown: boolean;
  /** A message that came while a run was open. It steers that run, or starts the next turn. */
  held?: { event: TurnStart; at: number };
  openRuns: Set<string>;
  /** Whether the newest row said that a run was stopped. Some versions never reset that, so only a change is news. */
  isStoppedByRow?: boolean;
}

export function newSession(rawKey: string): GatewaySession {
  return { rawKey, hasBegun: false, begunAt: 0, isTriggerUnknown: false, openRuns: new Set() };
}

/** Takes the start of a turn whose run we saw only end. The held message is most likely the one it answered. */
export function takeTurnStart(session: GatewaySession, runId: string, at: number): { at: number; event: TurnStart } {
  const { held } = session;
  delete session.held;
  if (held !== undefined) return { at: Math.max(held.at, at), event: { ...held.event, runId } };
  return { at, event: { type: 'turn_started', trigger: { kind: 'unknown' }, runId } };
}

/** The trigger of a run that no message starts. `jobName` gives the name of a scheduled job. */
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
