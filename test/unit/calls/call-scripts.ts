// Scripts of agents that wait, fail and end, of kills and outages, all from one seed; and what calls there have to be.

import type { WaitOutcome } from '../../../src/core/event.ts';
import type { Bare, CallWorld, Weather } from './call-world.ts';

type Random = () => number;

export interface ScriptedWait {
  /** Stands in its text, and so in its call. */
  name: string;
  from: number;
  /** When it is over, by an answer, by time or by the end of its turn. */
  to: number;
  outcome: string;
}

interface ScriptedEnd {
  name: string;
  at: number;
  isFailure: boolean;
  lastedMs: number;
}

export interface Script {
  steps: { at: number; run(world: CallWorld): void }[];
  waits: ScriptedWait[];
  ends: ScriptedEnd[];
  /** When nobody watches, or nothing gets through. */
  away: [from: number, to: number][];
  until: number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const BEFORE_KILL_MS = 5 * SECOND;
const ENDED: Record<WaitOutcome, string> = {
  allowed: 'answered: allowed',
  allowed_once: 'answered: allowed once',
  allowed_always: 'answered: allowed always',
  denied: 'answered: denied',
  expired: 'expired',
  answered: 'answered',
  ended: 'the run ended',
};
const ANSWERS = ['allowed_once', 'allowed_always', 'denied', 'answered'] as const;

const LASTS_S = [9, 11, 12, 60, 600] as const;

function pick<T>(from: readonly [T, ...T[]], random: Random): T {
  return from[Math.floor(random() * from.length)] ?? from[0];
}

export function scriptOf(random: Random, startAt: number): Script {
  const script: Script = { steps: [], waits: [], ends: [], away: [], until: startAt };
  const sessions = 1 + Math.floor(random() * 3);
  for (let index = 0; index < sessions; index += 1) addSession(script, `s${index}`, startAt + Math.floor(random() * MINUTE), random);
  script.until = Math.max(...script.steps.map(({ at }) => at)) + 5 * MINUTE;
  const troubles = Math.floor(random() * 3);
  for (let at = startAt, count = 0; count < troubles; count += 1) at = addTrouble(script, at, random);
  script.steps.sort((one, other) => one.at - other.at);
  return script;
}

function addSession(script: Script, sessionKey: string, startAt: number, random: Random): void {
  const turns = 1 + Math.floor(random() * 2);
  let at = startAt;
  tell(script, at, { sessionKey, type: 'session_seen', agentId: 'main', tellsLoss: true, route: { kind: 'channel', channelId: 'town' } });
  for (let index = 0; index < turns; index += 1) at = addTurn(script, `${sessionKey}t${index}`, sessionKey, at + 5 * SECOND, random);
}

/** Waits of a turn come one after the other; their ids differ, or are always the same, as sources have it. */
function addTurn(script: Script, name: string, sessionKey: string, startAt: number, random: Random): number {
  const runId = `run-${name}`;
  const isSameId = random() < 0.5;
  tell(script, startAt, { sessionKey, type: 'turn_started', trigger: { kind: 'person', userId: 'asker' }, messageId: name });
  tell(script, startAt, { sessionKey, type: 'run_started', runId });
  let at = startAt + Math.floor(random() * 10 * SECOND) + 1;
  const count = Math.floor(random() * 4);
  const endsInWait = random() < 0.3;
  for (let index = 0; index < count; index += 1) {
    const isLast = endsInWait && index === count - 1;
    at = addWait(script, { name: `${name}w${index}`, sessionKey, waitId: isSameId ? 'wait' : `w${index}`, at, isLast }, random);
  }
  if (random() < 0.2) at += 20 * MINUTE;
  const isFailure = random() < 0.4;
  at += 1 + Math.floor(random() * MINUTE);
  const lastWait = script.waits.at(-1);
  if (lastWait?.name.startsWith(`${name}w`) === true && lastWait.to > at) Object.assign(lastWait, { to: at, outcome: ENDED.ended });
  tell(script, at, { sessionKey, type: 'run_ended', runId, outcome: isFailure ? 'failed' : 'done' });
  script.ends.push({ name, at, isFailure, lastedMs: at - startAt });
  return at;
}

interface WaitToAdd {
  name: string;
  sessionKey: string;
  waitId: string;
  at: number;
  isLast: boolean;
}

function addWait(script: Script, { name, sessionKey, waitId: sameId, at, isLast }: WaitToAdd, random: Random): number {
  const lastsMs = 1 + Math.floor(random() * pick(LASTS_S, random) * SECOND);
  const isExpiring = random() < 0.25;
  const waitId = isExpiring ? name : sameId;
  const until = isExpiring ? { until: at + lastsMs } : {};
  tell(script, at, { sessionKey, type: 'waiting_started', waitId, callId: waitId, on: 'approval', text: `${name}.`, ...until });
  if (isLast) {
    script.waits.push({ name, from: at, to: isExpiring ? at + lastsMs : Number.POSITIVE_INFINITY, outcome: ENDED.expired });
    return at + 1;
  }
  const outcome = isExpiring ? 'expired' : pick(ANSWERS, random);
  if (!isExpiring) tell(script, at + lastsMs, { sessionKey, type: 'waiting_ended', waitId, outcome });
  script.waits.push({ name, from: at, to: at + lastsMs, outcome: ENDED[outcome] });
  return at + lastsMs + Math.floor(random() * 3 * SECOND);
}

function tell({ steps }: Script, at: number, event: Bare): void {
  steps.push({ at, run: (world) => world.emit({ ...event, at }) });
}

/** A kill with a pause after it, or a time in which requests fail; the last one is over before the script is. */
function addTrouble(script: Script, after: number, random: Random): number {
  const from = after + BEFORE_KILL_MS + Math.floor(random() * Math.max(0, script.until - after - 4 * MINUTE));
  const to = from + Math.floor(random() * 90 * SECOND);
  script.away.push([from, to]);
  if (random() < 0.5) addKill(script, from, to, random);
  else {
    const weather: Weather = random() < 0.5 ? 'lost' : 'unheard';
    script.steps.push(
      { at: from, run: (world) => void (world.weather = weather) },
      { at: to, run: (world) => void (world.weather = 'fine') },
    );
  }
  return to + 1;
}

/** Just before it, answers of the server may get lost. What happened while nobody watched is told at the start, as by files. */
function addKill(script: Script, from: number, to: number, random: Random): void {
  const hangs = random() < 0.5;
  if (hangs) script.steps.push({ at: from - BEFORE_KILL_MS, run: (world) => void (world.weather = 'hangs') });
  if (hangs) script.away.push([from - BEFORE_KILL_MS, from]);
  script.steps.push({
    at: from,
    run: (world) => {
      world.kill();
      world.weather = 'fine';
    },
  });
  script.steps.push({
    at: to,
    run: (world) => {
      world.start();
      for (const { at, run } of script.steps) if (at > from && at < to) run(world);
    },
  });
}
