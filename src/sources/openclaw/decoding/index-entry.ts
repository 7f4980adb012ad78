// Decodes one entry of a session index (`sessions.json`). Every field is optional and untrusted. Pure.

import { asList, asNumber, asRecord, asText, type JsonRecord } from '../../../core/json-guards.ts';
import { type RowAudience, rowAudience } from './row-audience.ts';

export type IndexStatus = 'running' | 'done' | 'failed' | 'killed' | 'timeout';

const STATUSES: readonly IndexStatus[] = ['running', 'done', 'failed', 'killed', 'timeout'];

/** Where messages of a session were last delivered, by the index; one form for 2026.2 and 2026.7. */
export interface Delivery {
  /** The messenger: `mattermost`, `telegram`, `webchat`, … */
  messenger?: string;
  /** `channel:<id>` or `user:<id>` */
  to?: string;
  threadId?: string;
}

/** One session of the index. Instants are milliseconds since the epoch; texts are not redacted and not shortened. */
export interface IndexEntry {
  /** In lower case, like all keys. */
  key: string;
  sessionId: string;
  /** The transcript's name without its folder: the index may have another path for the folder than we do. */
  fileName?: string;
  /** Ids the same session had before resets. */
  earlierSessionIds: string[];
  /** The key of the session that spawned this one. */
  parentKey?: string;
  label?: string;
  delivery: Delivery;
  /** Who reads the conversation. */
  audience: RowAudience;
  status?: IndexStatus;
  updatedAt?: number;
  startedAt?: number;
  endedAt?: number;
  /** Somebody stopped the newest run. */
  wasAborted?: boolean;
  model?: string;
  /** Size of the context after the last call, if the index marks it as fresh. */
  contextTokens?: number;
  contextWindow?: number;
}

const MAX_KEY_CHARS = 512;
const MAX_FIELD_CHARS = 1_000;

/** `undefined` for a value that is no entry of a session. */
export function decodeIndexEntry(key: string, value: unknown): IndexEntry | undefined {
  const raw = asRecord(value);
  const sessionId = text(raw, 'sessionId');
  if (raw === undefined || sessionId === undefined || key === '' || key.length > MAX_KEY_CHARS) return undefined;
  return {
    key: key.toLowerCase(),
    sessionId,
    earlierSessionIds: asList(raw['usageFamilySessionIds']).flatMap((id) => asText(id) ?? []),
    delivery: deliveryOf(raw),
    audience: rowAudience(raw),
    ...optional('fileName', text(raw, 'sessionFile')?.replace(/^.*[/\\]/, '')),
    ...optional('parentKey', text(raw, 'spawnedBy')?.toLowerCase()),
    ...optional('label', text(raw, 'label')),
    ...optional(
      'status',
      STATUSES.find((status) => status === raw['status']),
    ),
    ...optional('updatedAt', asNumber(raw['updatedAt'])),
    ...optional('startedAt', asNumber(raw['startedAt'])),
    ...optional('endedAt', asNumber(raw['endedAt'])),
    ...(raw['abortedLastRun'] === true ? { wasAborted: true } : {}),
    ...optional('model', text(raw, 'model')),
    ...optional('contextTokens', raw['totalTokensFresh'] === true ? asNumber(raw['totalTokens']) : undefined),
    ...optional('contextWindow', asNumber(raw['contextTokens'])),
  };
}

/** Both versions have `deliveryContext`, only 2026.7 has `route`; OpenClaw makes both from the `last…` fields. */
export function deliveryOf(raw: JsonRecord): Delivery {
  const context = asRecord(raw['deliveryContext']);
  const route = asRecord(raw['route']);
  const messenger = text(context, 'channel') ?? text(route, 'channel') ?? text(raw, 'lastChannel') ?? text(raw, 'channel');
  const to = text(context, 'to') ?? text(asRecord(route?.['target']), 'to');
  const threadId = text(context, 'threadId') ?? text(asRecord(route?.['thread']), 'id') ?? text(raw, 'lastThreadId');
  return {
    ...optional('messenger', messenger?.toLowerCase()),
    ...optional('to', to?.toLowerCase()),
    ...optional('threadId', threadId?.toLowerCase()),
  };
}

function text(record: JsonRecord | undefined, name: string): string | undefined {
  return asText(record?.[name])?.slice(0, MAX_FIELD_CHARS);
}

function optional<K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } {
  const present: { [P in K]?: V } = {};
  if (value !== undefined) present[name] = value;
  return present;
}
