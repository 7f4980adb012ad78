// Tells loops from honest repetition in the calls of one session: polling, paging, retries with a back-off and work between two runs of a
// test are none. Keeps digests of calls, not their arguments.

import type { CallOutcome } from '../../core/event.ts';
import { classesOf, commandOf } from './action-class.ts';
import { digestOf } from './digest.ts';
import type { ToolEnded, ToolStarted } from './observation.ts';
import { type SimpleCommand, simpleCommands } from './shell-commands.ts';

/** What a call is, as far as repeating it goes. */
interface Pending {
  digest: number;
  startedAt: number;
  /** It waits, or asks for the state of something that others change. */
  waits: boolean;
  asksState: boolean;
  changes: boolean;
  /** Its arguments were cut, so that two different calls may look the same. */
  isVague: boolean;
}

/** The same call with the same outcome, since the last progress. */
interface Repeat {
  count: number;
  firstAt: number;
  lastStartedAt: number;
  lastGapMs: number;
  /** How often in a row the pause was longer than the one before. */
  growths: number;
}

/** The calls of one turn of a session. */
export interface Trail {
  boxId: string;
  pendingByCallId: ReadonlyMap<string, Pending>;
  /** Calls with outcomes that were there before. */
  seen: ReadonlySet<number>;
  repeatsByDigest: ReadonlyMap<number, Repeat>;
  /** When something new came of a call. */
  progressAt: number;
  callsSinceProgress: number;
}

/** What the newest call adds: so many times the same since `since`, which is `patience` times less suspicious than usual. */
export interface Repetition {
  count: number;
  since: number;
  patience: number;
}

const MAX_PENDING = 50;
const MAX_SEEN = 200;
const MAX_REPEATS = 60;
const SPACED_MS = 30_000; // nobody who loops waits so long before a call that has failed
const SPACED_OK_MS = 20_000; // nor before one that worked
const LONG_CALL_MS = 10_000; // one that works for so long and succeeds is worth repeating
const LEAST_BACK_OFF_MS = 1_000;
const BACK_OFF = 1.4; // each pause longer than the one before by this
const LEAST_GROWTHS = 2; // one alone is chance
const STATE_PATIENCE = 3;

/** Tools that wait for something, or ask how far it is. */
const WAITING_TOOLS: ReadonlySet<string> = new Set(
  'process wait wait_agent write_stdin bashoutput taskoutput agentoutputtool monitor sessions_yield session_status list_agents'.split(' '),
);
const WAITING_WORD = /^(?:--watch|--wait|--follow|-f|-w|-tf|-fn?\d+)$/;
const WAITING_PROGRAMS: ReadonlySet<string> = new Set(['sleep', 'wait', 'watch', 'wait-for-it', 'wait-on', 'inotifywait']);
/** Programs, with their first arguments, that ask for a state: repeated by people who wait without a clock. */
const STATE_COMMAND =
  /^(?:gh (?:run|pr|workflow|api)|glab|kubectl (?:get|describe|logs|rollout)|docker (?:ps|logs|inspect|compose ps)|systemctl (?:status|is-active)|journalctl|curl|wget|http|ping|nc|tail|ps|pgrep|jobs|squeue|aws|az|gcloud|terraform show|npm view|ss|netstat|lsof|df|uptime|date)(?: |$)/;

export function newTrail(boxId: string, at: number): Trail {
  return { boxId, pendingByCallId: new Map(), seen: new Set(), repeatsByDigest: new Map(), progressAt: at, callsSinceProgress: 0 };
}

export function withStarted(trail: Trail, call: ToolStarted): Trail {
  return { ...trail, pendingByCallId: bounded(new Map(trail.pendingByCallId).set(call.callId, pendingOf(call)), MAX_PENDING) };
}

/** The trail after a call's end. */
export interface Walked {
  trail: Trail;
  /** It was a call that brought nothing, and no waiting. */
  isCall?: true;
  /** How often the same has happened by now; nothing for what is no repetition. */
  repetition?: Repetition;
}

export function withEnded(before: Trail, ended: ToolEnded): Walked {
  const call = before.pendingByCallId.get(ended.callId);
  if (call === undefined || ended.outcome.kind === 'aborted') return { trail: before };
  const pendingByCallId = new Map(before.pendingByCallId);
  pendingByCallId.delete(ended.callId);
  const trail = { ...before, pendingByCallId };
  const digest = digestOf(`${call.digest} ${outcomeText(ended.outcome)}`);
  const isNew = !trail.seen.has(digest);
  const seen = isNew ? bounded(new Set(trail.seen).add(digest), MAX_SEEN) : trail.seen;
  if (isProgress(call, ended, isNew))
    return { trail: { ...trail, ...begunAgain(call, digest, seen), progressAt: ended.at, callsSinceProgress: 0 } };
  if (call.waits || call.isVague) return { trail: { ...trail, seen } };
  if (isNew)
    return { trail: { ...trail, ...begunAgain(call, digest, seen), callsSinceProgress: trail.callsSinceProgress + 1 }, isCall: true };
  return repeated({ ...trail, seen }, call, digest, ended);
}

/** Whatever was repeated before is forgotten. */
function begunAgain({ startedAt }: Pending, digest: number, seen: ReadonlySet<number>): Pick<Trail, 'repeatsByDigest' | 'seen'> {
  const first = { count: 1, firstAt: startedAt, lastStartedAt: startedAt, lastGapMs: 0, growths: 0 };
  return { repeatsByDigest: new Map([[digest, first]]), seen };
}

/** Something that worked and is new, or that changed something. A change that is made again may be another one: its text is not known. */
function isProgress(call: Pending, { outcome }: ToolEnded, isNew: boolean): boolean {
  if (outcome.kind !== 'ok' && outcome.kind !== 'background') return false;
  return isNew || call.changes;
}

function repeated(trail: Trail, call: Pending, digest: number, ended: ToolEnded): Walked {
  const known = trail.repeatsByDigest.get(digest);
  const gapMs = known === undefined ? 0 : call.startedAt - known.lastStartedAt;
  const hasGrown = known !== undefined && known.lastGapMs >= LEAST_BACK_OFF_MS && gapMs >= known.lastGapMs * BACK_OFF;
  const growths = hasGrown ? known.growths + 1 : 0;
  const isHonest = known !== undefined && (growths >= LEAST_GROWTHS || isHonestPause(gapMs, ended.at - call.startedAt, ended.outcome));
  const count = (known?.count ?? 0) + (isHonest ? 0 : 1);
  const next = { count, firstAt: known?.firstAt ?? call.startedAt, lastStartedAt: call.startedAt, lastGapMs: gapMs, growths };
  const repeatsByDigest = bounded(new Map(trail.repeatsByDigest).set(digest, next), MAX_REPEATS);
  if (isHonest) return { trail: { ...trail, repeatsByDigest } };
  const repetition = { count, since: next.firstAt, patience: call.asksState ? STATE_PATIENCE : 1 };
  return { trail: { ...trail, repeatsByDigest, callsSinceProgress: trail.callsSinceProgress + 1 }, isCall: true, repetition };
}

/** Whoever waits long enough between two calls, or whose call works for long, does not loop. */
function isHonestPause(gapMs: number, tookMs: number, { kind }: CallOutcome): boolean {
  if (kind !== 'ok') return gapMs - tookMs >= SPACED_MS;
  return tookMs >= LONG_CALL_MS || gapMs - tookMs >= SPACED_OK_MS;
}

function pendingOf({ tool, args, at }: ToolStarted): Pending {
  const text = commandOf(tool, args);
  const commands = text === undefined ? [] : simpleCommands(text);
  const values = Object.values(args);
  return {
    digest: digestOf(JSON.stringify([tool, ...Object.entries(args).flat()])),
    startedAt: at,
    waits: WAITING_TOOLS.has(tool.trim().toLowerCase()) || commands.some(([program = '', ...words]) => isWaiting(program, words)),
    asksState: commands.some(asksState) && commands.every((words) => asksState(words) || FILTERS.has(words[0] ?? '')),
    changes: classesOf(tool, args).includes('state_change') && text === undefined,
    isVague: values.length === 0 || values.some((value) => value.endsWith('…')),
  };
}

function asksState(words: SimpleCommand): boolean {
  return STATE_COMMAND.test(words.join(' '));
}

/** Programs that only shape what another one prints. */
const FILTERS: ReadonlySet<string> = new Set([
  'grep',
  'head',
  'jq',
  'tail',
  'cut',
  'awk',
  'sed',
  'wc',
  'sort',
  'cd',
  'echo',
  'cat',
  'tr',
  'uniq',
]);

function isWaiting(program: string, words: readonly string[]): boolean {
  if (WAITING_PROGRAMS.has(program)) return true;
  return (
    (program === 'tail' || program === 'gh' || program === 'kubectl' || program === 'docker') &&
    words.some((word) => WAITING_WORD.test(word))
  );
}

function outcomeText(outcome: CallOutcome): string {
  if (outcome.kind !== 'failed') return outcome.kind;
  return `failed ${outcome.exitCode ?? ''} ${(outcome.detail ?? '').replace(/\d+/g, '0')}`; // times and process ids differ each time
}

/** Drops the oldest beyond a limit. */
function bounded<T extends Map<unknown, unknown> | Set<unknown>>(things: T, limit: number): T {
  const oldest = things.keys().next();
  if (things.size > limit && oldest.done !== true) things.delete(oldest.value);
  return things;
}
