// The answer to `chat.history`: what was missed, whether a run is in flight, and how runs ended that are not.

import type { RunOutcome } from '../../core/event.ts';
import { asList, asNumber, asRecord, asText, type JsonRecord } from '../decoding/json-guards.ts';
import { isBeginning } from './beginning.ts';
import { type Message, messageOf } from './decode-message.ts';
import { outcomeOfRow } from './decode-row.ts';
import type { Run } from './run-book.ts';

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
  row: JsonRecord;
  isActive: boolean;
  /** Asks for what comes after this answer. */
  cursor?: string;
  /** The cursor was of no use; everything must be asked for. */
  isReset: boolean;
}

export function decodeHistory(payload: JsonRecord, now: number): History {
  const row = asRecord(payload['sessionInfo']) ?? {};
  const inFlight = inFlightOf(asRecord(payload['inFlightRun']));
  const cursor = asText(payload['deltaCursor']);
  return {
    messages: mergeParts(asList(payload['messages']).flatMap((value) => messageOf(asRecord(value) ?? {}, now) ?? [])),
    row,
    isActive: inFlight !== undefined || row['hasActiveRun'] === true,
    isReset: payload['kind'] === 'reset',
    ...(inFlight === undefined ? {} : { inFlight }),
    ...(cursor === undefined ? {} : { cursor }),
  };
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
 * The messages worth telling: of a session whose turn was watched everything since then; of one that was never seen only the
 * turn that is going on, from its beginning.
 */
export function missedMessages({ messages, isActive }: History, watchedSince: number | undefined): readonly Message[] {
  if (watchedSince !== undefined) return messages.filter(({ at }) => at >= watchedSince);
  const begin = messages.findLastIndex(({ body }) => isBeginning(body));
  return isActive && begin >= 0 ? messages.slice(begin) : [];
}

/** How a run that is not in flight ended, and when; undefined while the gateway still calls its session active. */
export function settledEnd(
  run: Run,
  { row, isActive, inFlight }: History,
  wasRestarted: boolean,
): { outcome: RunOutcome; at?: number } | undefined {
  if (inFlight?.runId === run.runId) return undefined;
  const endedAt = asNumber(row['endedAt']);
  const when = endedAt === undefined ? {} : { at: endedAt };
  if (run.phase === 'answered') return { outcome: 'done', ...when };
  const isOfRow = row['lastRunId'] === undefined || row['lastRunId'] === run.runId;
  const outcome = isOfRow ? outcomeOfRow(row) : undefined;
  if (isActive && inFlight === undefined && !wasRestarted) return undefined;
  return wasRestarted || outcome === undefined ? { outcome: 'lost' } : { outcome, ...when };
}
