// Decodes the answer to `chat.history`: what we missed, which run is in flight, and how the others ended.

import type { RunOutcome } from '../../../core/event.ts';
import { asList, asNumber, asRecord, asText, type JsonRecord } from '../../../core/json-guards.ts';
import { isTurnStart } from './turn-start.ts';
import { type Message, messageOf } from './decode-message.ts';
import { outcomeOfRow } from './decode-row.ts';
import type { Run } from './run.ts';

export interface InFlight {
  runId: string;
  startedAt: number | undefined;
  plan: readonly unknown[];
  /** Summaries of the newest events: for tools of channel runs they hold neither arguments nor results. */
  events: JsonRecord[];
}

export interface History {
  messages: Message[];
  inFlight?: InFlight;
  /** The row of the session; empty in versions whose history has none. */
  row: JsonRecord;
  isActive: boolean;
  /** Pass it to get what comes after this answer. */
  cursor?: string;
  /** The gateway rejected the cursor; ask again without it. */
  isReset: boolean;
}

export function decodeHistory(payload: JsonRecord, now: number): History {
  const row = asRecord(payload['sessionInfo']) ?? {};
  const inFlight = inFlightOf(asRecord(payload['inFlightRun']));
  const cursor = asText(payload['deltaCursor']);
  return {
    messages: mergeParts(asList(payload['messages']).flatMap((value) => messageOf(asRecord(value) ?? {}, now) ?? [])),
    row,
    isActive: inFlight !== undefined || isAtWork(row),
    isReset: payload['kind'] === 'reset',
    ...(inFlight === undefined ? {} : { inFlight }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

/** Whether a row says that a run is at work. Rows say so directly only since 2026.6. */
export function isAtWork(row: JsonRecord): boolean {
  if (row['hasActiveRun'] !== undefined) return row['hasActiveRun'] === true;
  return row['status'] === 'running' && asNumber(row['endedAt']) === undefined;
}

/** The history with a row from another answer. */
export function withRow(history: History, row: JsonRecord): History {
  return { ...history, row, isActive: history.inFlight !== undefined || isAtWork(row) };
}

function inFlightOf(run: JsonRecord | undefined): InFlight | undefined {
  const runId = asText(run?.['runId']);
  if (run === undefined || runId === undefined) return undefined;
  const events = asList(run['events'])
    .map(asRecord)
    .filter((event) => event !== undefined);
  return { runId, startedAt: asNumber(run['startedAt']), plan: asList(run['plan']), events };
}

/** The history splits one message into its text and its calls; both parts have the same id. */
function mergeParts(messages: readonly Message[]): Message[] {
  const merged: Message[] = [];
  for (const message of messages) {
    const before = merged.at(-1);
    if (before?.id === message.id) merged[merged.length - 1] = { ...message, body: joined(before.body, message.body) };
    else merged.push(message);
  }
  return merged;
}

function joined(first: JsonRecord, second: JsonRecord): JsonRecord {
  return { ...first, ...second, content: [...contentOf(first), ...contentOf(second)] };
}

function contentOf({ content }: JsonRecord): readonly unknown[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : asList(content);
}

/**
 * The messages to emit: those since we may have missed events, and all of a running turn from its beginning. Without `since` only the
 * running turn counts: we do not emit what ended before we watched.
 */
export function missedMessages({ messages, isActive }: History, since: number | undefined): readonly Message[] {
  const begin = isActive ? messages.findLastIndex(({ body }) => isTurnStart(body)) : -1;
  const missed = since === undefined ? -1 : messages.findIndex(({ at }) => at >= since);
  const starts = [begin, missed].filter((index) => index >= 0);
  return starts.length === 0 ? [] : messages.slice(Math.min(...starts));
}

/** The messages of the turn that began last. */
export function ofNewestTurn(messages: readonly Message[]): readonly Message[] {
  return messages.slice(
    Math.max(
      0,
      messages.findLastIndex(({ body }) => isTurnStart(body)),
    ),
  );
}

/** Whether a turn may still be running. A history without a row does not say that it is over. */
export function mayBeAtWork({ row, isActive }: History): boolean {
  return isActive || (row['hasActiveRun'] === undefined && row['status'] === undefined);
}

/**
 * How a run that is not in flight ended, and when. Undefined while the gateway still calls its session active, or says nothing about
 * runs. Rows lag behind by a second or two; with `isLastAsk` we trust them.
 */
export function settledEnd(
  run: Run,
  history: History,
  { wasRestarted, isLastAsk }: { wasRestarted: boolean; isLastAsk: boolean },
): { outcome: RunOutcome; at?: number } | undefined {
  const { row, isActive } = history;
  const endedAt = isOfRow(run, row) ? asNumber(row['endedAt']) : undefined;
  const outcome = isOfRow(run, row) ? outcomeOfRow(row) : undefined;
  // A text that was cut off does not show whether somebody stopped the run or its time was over.
  const isTimeOut = run.impliedEnd?.outcome === 'aborted' && outcome === 'timed_out';
  if (run.impliedEnd !== undefined) return { outcome: isTimeOut ? outcome : run.impliedEnd.outcome, at: endedAt ?? run.impliedEnd.at };
  if (row['hasActiveSubagentRun'] === true && !isActive) return { outcome: 'yielded' };
  if (!wasRestarted && !saysEnded(run, history, isLastAsk)) return undefined;
  // A gateway that stops calls its interrupted runs aborted. A row that does not name its run may be about an older one.
  const isDoubtful = wasRestarted && (outcome === 'aborted' || row['lastRunId'] === undefined);
  if (outcome === undefined || isDoubtful) return { outcome: 'lost' };
  return {
    outcome: outcome === 'done' && run.isCutOff === true ? 'timed_out' : outcome,
    ...(endedAt === undefined ? {} : { at: endedAt }),
  };
}

/** Whether the row is about this run. It may be about an older one: it names another run, or ended before this one began. */
function isOfRow(run: Run, row: JsonRecord): boolean {
  const endedAt = asNumber(row['endedAt']);
  if (row['lastRunId'] !== undefined) return row['lastRunId'] === run.runId;
  return endedAt === undefined || endedAt >= run.startedAt;
}

/** Whether the gateway says that the run is over. A gateway without runs in its rows (2026.2) never does. */
function saysEnded(run: Run, { row, isActive, inFlight }: History, isLastAsk: boolean): boolean {
  if (inFlight !== undefined) return true; // it is another one, and runs of a session do not overlap
  if (!isActive) return row['hasActiveRun'] === false || (row['status'] !== undefined && (isOfRow(run, row) || isLastAsk));
  return isLastAsk && Array.isArray(row['activeRunIds']) && !row['activeRunIds'].includes(run.runId);
}
