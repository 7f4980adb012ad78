// Plays one round of a recording, with ids and a clock of its own: people write, transcripts and the files of coding agents grow.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Gateway, LiveSession } from './agents-folder.ts';
import type { CodingHome } from './coding-home.ts';
import { cueAfter, cueBefore } from './cues.ts';
import { FreshIds } from './fresh-ids.ts';
import { FreshTimes } from './fresh-times.ts';
import type { MeshDashboard } from './mesh-dashboard.ts';
import type { RecordedLine, RecordedSession } from './recording.ts';
import { channelIdOf, channelIdOfDelivery, type Room } from './room.ts';
import type { Step, TimedStep } from './timeline.ts';

export interface ReplayOptions {
  readonly room: Room;
  readonly gateway: Gateway;
  readonly codingHome: CodingHome;
  /** Without it nobody hears of the mesh. */
  readonly dashboard?: MeshDashboard | undefined;
  /** How many times faster than recorded. */
  readonly speed: number;
  /** Whether a box has such a title by now. */
  readonly shows: (title: RegExp) => boolean;
  readonly signal: AbortSignal;
}

/** What recorded names and instants are in one round. */
interface Round {
  readonly ids: FreshIds;
  readonly times: FreshTimes;
}

const CUE_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 50;

/**
 * Plays each step at its time, later ones later where the chat is not as far yet. Resolves after the last one; rejects with an
 * `AbortError` when `signal` is aborted.
 */
export async function replay(steps: readonly TimedStep[], options: ReplayOptions): Promise<void> {
  let startedAt = performance.now();
  const [ids, times] = [new FreshIds(), new FreshTimes(options.speed)];
  options.codingHome.startRound(ids);
  startSwarmRound(ids);
  for (const { atMs, step } of steps) {
    const restMs = startedAt + atMs / options.speed - performance.now();
    if (restMs > 0) await sleep(restMs, undefined, { signal: options.signal });
    startedAt += await waitForCue(cueBefore(step), options);
    take(step, { ids, times }, options);
    startedAt += await waitForCue(cueAfter(step), options);
  }
}

/** Resolves with the milliseconds that it took. */
async function waitForCue(cue: RegExp | undefined, { shows, signal }: ReplayOptions): Promise<number> {
  const startedAt = performance.now();
  if (cue === undefined) return 0;
  while (!shows(cue) && performance.now() - startedAt < CUE_WITHIN_MS) await sleep(LOOK_EVERY_MS, undefined, { signal });
  return performance.now() - startedAt;
}

/** What recorded work of swarms is called: in each round it is other work. */
const SWARM_WORK = ['T-20261121-005', 'T-20261121-010', 'task_002'];

function startSwarmRound(ids: FreshIds): void {
  const round = Date.now().toString().slice(-5);
  for (const work of SWARM_WORK) ids.setFresh(work, `${work.slice(0, -3)}${round}`);
}

function take(step: Step, { ids, times }: Round, { room, gateway, codingHome, dashboard, speed }: ReplayOptions): void {
  switch (step.kind) {
    case 'post': {
      const { by, channel, message, id, rootId } = step.post;
      ids.setFresh(id, room.say(by, channelIdOf(channel), message, rootId === undefined ? undefined : ids.rewrite(rootId)));
      return;
    }
    case 'run_started':
      return gateway.startRun(live(step.session, ids));
    case 'lines':
      for (const line of step.lines) gateway.append(live(step.session, ids), movedToNow(line, ids, speed));
      return;
    case 'run_ended': {
      const session = live(step.session, ids);
      gateway.endRun(session);
      const { to, threadId } = step.session.row.deliveryContext;
      const rootId = threadId === undefined ? undefined : ids.rewrite(threadId);
      if (step.answer !== undefined) room.say('agent', channelIdOfDelivery(to), step.answer, rootId);
      return;
    }
    case 'change':
      return codingHome.change(step.change, ids, times);
    case 'message': {
      const { event, data, recordedAt } = step.message;
      return dashboard?.send(event, ids.rewrite(times.asIfNow(JSON.stringify(data), recordedAt)));
    }
    default:
      step satisfies never;
  }
}

function live({ agentId, key, row }: RecordedSession, ids: FreshIds): LiveSession {
  const spawnedBy = row.spawnedBy === undefined ? {} : { spawnedBy: ids.rewrite(row.spawnedBy) };
  return { agentId, key: ids.rewrite(key), row: { ...row, ...spawnedBy, sessionId: ids.rewrite(row.sessionId) } };
}

/** The line as if it had been recorded just now. The speed of the replay also shortens the distance to the message's own time. */
function movedToNow({ entry }: RecordedLine, ids: FreshIds, speed: number): object {
  const now = Date.now();
  const recordedAt = Date.parse(entry.timestamp);
  const { message } = entry;
  const moved = {
    ...entry,
    timestamp: new Date(now).toISOString(),
    ...(message === undefined ? {} : { message: { ...message, timestamp: Math.round(now - (recordedAt - message.timestamp) / speed) } }),
  };
  const rewritten: unknown = JSON.parse(withDates(ids.rewrite(JSON.stringify(moved)), now));
  if (typeof rewritten !== 'object' || rewritten === null) throw new Error('A rewritten line is no longer an object.');
  return rewritten;
}

/** The time as the gateway writes it into texts: `Sat 2026-11-21 09:00 UTC`. */
function withDates(text: string, now: number): string {
  return text.replaceAll(/\w{3} \d{4}-\d\d-\d\d \d\d:\d\d UTC/g, () => {
    const date = new Date(now);
    const day = date.toLocaleDateString('en-US', { weekday: 'short', timeZone: 'UTC' });
    return `${day} ${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  });
}
