// Decodes a session row. We trust rows for routing, lineage and tokens; about running work they lag behind. Pure.

import type { EventOf, Route } from '../../../core/event.ts';
import { contradicts, DISPUTED, UNKNOWN } from '../../../core/home.ts';
import { deliveryOf } from '../decoding/index-entry.ts';
import { asNumber, asRecord, asText, type JsonRecord } from '../../../core/json-guards.ts';
import { routeOf } from '../decoding/route.ts';
import { rowAudience } from '../decoding/row-audience.ts';
import type { SafeText } from '../decoding/safe-text.ts';
import { agentOf } from '../decoding/session-key.ts';
import { cronJobOf, isSessionKey, sessionKeyOf } from './raw-session-key.ts';

/** What a row says about its session. A missing member means "not known", which is not the same as "none". */
export type SessionInfo = Omit<EventOf<'session_seen'>, 'type' | 'at' | 'sessionKey' | 'source'>;

const MAX_LABEL_POINTS = 200;
const MATTERMOST_ID = /^[a-z0-9]{26}$/;

/** The routes to use when a row has none: where the scheduled job delivers, or the route that was known before. */
interface OtherRoutes {
  job?: Route | undefined;
  known?: Route | undefined;
}

export function decodeRow(rawKey: string, row: JsonRecord, safe: SafeText, routes: OtherRoutes = {}): SessionInfo {
  const parentKey = parentOf(row);
  const label = asText(row['label']);
  const sessionId = safe.id(row['sessionId']);
  const model = asText(row['activeModel']) ?? asText(row['model']);
  const contextTokens = row['totalTokensFresh'] === true ? asNumber(row['totalTokens']) : undefined;
  const contextWindow = asNumber(row['contextTokens']);
  return {
    agentId: asText(row['agentId']) ?? agentOf(rawKey),
    route: routeOfRow(rawKey, row, routes),
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(parentKey === undefined ? {} : { parentKey }),
    ...(label === undefined ? {} : { label: safe.line(label, MAX_LABEL_POINTS) }),
    ...(model === undefined ? {} : { model: safe.line(model, MAX_LABEL_POINTS) }),
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(contextWindow === undefined ? {} : { contextWindow }),
  };
}

/** What the key says about a session before its first row; for a scheduled session, where its job delivers. */
export function infoOfKey(rawKey: string, job: Route | undefined): Partial<SessionInfo> {
  if (job !== undefined) return { route: job };
  const { route } = routeOf(sessionKeyOf(rawKey), undefined);
  return route === undefined ? {} : { route };
}

/** Threads forked from a channel also have `parentSessionKey`, but they are no sub-agents. */
function parentOf(row: JsonRecord): string | undefined {
  return isSessionKey(row['spawnedBy']) ? sessionKeyOf(row['spawnedBy']) : undefined;
}

/** Rows of scheduled runs have no destination, and any row may leave it out. The rest of such a row must not contradict the known route. */
function routeOfRow(rawKey: string, row: JsonRecord, { job, known }: OtherRoutes): Route {
  if (cronJobOf(rawKey) !== undefined && job !== undefined) return job;
  const { route = UNKNOWN, basis } = routeOf(sessionKeyOf(rawKey), { delivery: deliveryOf(row), audience: rowAudience(row) });
  if (basis === 'none' && known !== undefined) return contradicts(known, route) ? DISPUTED : known;
  return route.kind === 'direct' ? withChannel(route, row) : route;
}

/** Only the origin has the channel of a direct message. */
function withChannel(route: Extract<Route, { kind: 'direct' }>, row: JsonRecord): Route {
  const origin = asRecord(row['origin']);
  const channelId = asText(origin?.['nativeChannelId']);
  const isHere = origin?.['provider'] === 'mattermost' && (route.userId === undefined || origin['to'] === `user:${route.userId}`);
  return isHere && channelId !== undefined && MATTERMOST_ID.test(channelId) ? { ...route, channelId } : route;
}

/** How the last run ended, by the row. Rows of running sessions and old rows do not say. */
export function outcomeOfRow(row: JsonRecord): 'done' | 'failed' | 'aborted' | 'timed_out' | undefined {
  if (row['abortedLastRun'] === true) return 'aborted';
  switch (row['status']) {
    case 'done':
      return 'done';
    case 'failed':
      return 'failed';
    case 'killed':
      return 'aborted';
    case 'timeout':
      return 'timed_out';
    default:
      return undefined;
  }
}

/** The row in a frame. 2026.7 mixes some rows into their frames; where a frame has a separate row, only that one is right. */
export function rowOf(payload: JsonRecord): JsonRecord {
  return asRecord(payload['session']) ?? (payload['sessionId'] === undefined || payload['runId'] !== undefined ? {} : payload);
}
