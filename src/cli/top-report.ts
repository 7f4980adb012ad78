// Asks the running watcher for the report that `live-status top` shows.

import { z } from 'zod';
import { askPage, noAnswerText } from './ask-health.ts';
import type { CliContext } from './command.ts';
import { findWatcher } from './running-watcher.ts';
import { statusCodes } from '../process/exit-codes.ts';

const START = 'Start it with `live-status start`. One that runs with another PID_FILE is found when that is set here, too.';

const counts = z.record(z.string(), z.number());

// What we show; the rest of it is kept for `--json`. A daemon of another version may lack what is optional.
const topShape = z.looseObject({
  status: z.enum(['ok', 'degraded', 'down']),
  reason: z.string(),
  version: z.string(),
  pid: z.number(),
  startedAt: z.string(),
  uptimeMs: z.number(),
  sources: z.array(
    z.looseObject({
      name: z.string(),
      state: z.string(),
      lastEventAt: z.string().nullable(),
      lagP99Ms: z.number().optional(),
      files: z.number(),
      unknownKinds: counts,
      problems: counts,
    }),
  ),
  sink: z.looseObject({
    breaker: z.string(),
    reach: z.string(),
    token: z.string(),
    lastSuccessAt: z.string().nullable(),
    blockedUntil: z.string().nullable(),
    failuresByReason: counts,
  }),
  boxes: z.looseObject({
    active: z.number(),
    waiting: z.number(),
    dirty: z.number(),
    oldestDirtyAgeMs: z.number(),
    oldestEndAgeMs: z.number().optional(),
    withoutSlot: z.number(),
    parked: z.array(z.unknown()),
  }),
  bus: z.looseObject({ state: z.string(), because: z.string().optional(), told: z.number(), waiting: z.number() }).optional(),
  edits: z.looseObject({ sent: z.number(), conflated: z.number(), perSecond: z.number() }),
  sessions: z.array(
    z.looseObject({
      agent: z.string(),
      source: z.string().optional(),
      project: z.string().optional(),
      gateway: z.string().optional(),
      state: z.string(),
      activity: z.string(),
      channelId: z.string().optional(),
      postId: z.string().optional(),
      why: z.string().optional(),
      waits: z.array(z.object({ on: z.string(), forMs: z.number(), leftMs: z.number().optional() })).optional(),
    }),
  ),
  gateways: z.array(z.looseObject({ state: z.enum(['heard', 'silent', 'stopped']) })).optional(),
  spent: z.record(z.string(), z.object({ tokens: z.number(), costUsd: z.number() })).optional(),
  coordinator: z.looseObject({ findingsByRule: counts }).optional(),
  process: z.looseObject({ rssBytes: z.number(), eventLoopDelayP99Ms: z.number() }),
});

/** The report of the watcher without control characters. */
export type TopReport = z.infer<typeof topShape>;

/** The report; or why there is none, for people, and the exit code for that. */
export type TopAnswer = { readonly report: TopReport } | { readonly because: string; readonly exitCode: number };

/** Looks for the watcher anew each time: it may have been restarted. */
export async function askTop(env: CliContext['env']): Promise<TopAnswer> {
  const said: string[] = [];
  const say = (line: string): void => void said.push(line);
  const found = findWatcher({ env, out: say, err: say });
  if ('exitCode' in found) return { because: [...said, ...cureOf(found.exitCode)].join('\n'), exitCode: found.exitCode };
  const { healthUrl, pid } = found.record;
  if (healthUrl === undefined)
    return noReport('Health is off (HEALTH_PORT=0), so the watcher cannot be asked. Set it to a free port, such as 9090, and restart.');
  const answer = await askPage(healthUrl, topShape, found.token);
  if (answer.kind !== 'seen') return noReport(`Health: ${noAnswerText(answer, healthUrl)}.`);
  return answer.body.pid === pid ? { report: answer.body } : noReport(`Health: ${noAnswerText({ kind: 'foreign' }, healthUrl)}.`);
}

function cureOf(exitCode: number): string[] {
  return exitCode === statusCodes.stopped || exitCode === statusCodes.deadWithPidFile ? [START] : [];
}

function noReport(because: string): TopAnswer {
  return { because, exitCode: statusCodes.deadWithPidFile };
}
