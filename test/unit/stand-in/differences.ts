// Compares one answer of the stand-in with the recorded one, in what a bot can depend on.

import type { StandInAnswer } from '../../../src/stand-in/answer.ts';
import { isObject } from '../../../src/stand-in/lenient-json.ts';
import type { Exchange } from './recorded.ts';

/** The real server took some milliseconds for a request; edits in the recording are further apart than this. */
const TIME_TOLERANCE_MS = 6;

const POST_TIMES = ['create_at', 'update_at', 'edit_at', 'delete_at'];
const POST_TEXTS = ['id', 'user_id', 'channel_id', 'root_id', 'parent_id', 'original_id', 'message', 'type', 'hashtags', 'pending_post_id'];
const POST_VALUES = ['is_pinned', 'props', 'reply_count'];
const ERROR_FIELDS = ['id', 'message', 'detailed_error', 'status_code'];
const OTHER_FIELDS = [
  'id',
  'username',
  'is_bot',
  'type',
  'name',
  'display_name',
  'team_id',
  'channel_id',
  'user_id',
  'status',
  'database_status',
];
const HEADERS = ['content-type', 'expires', 'set-cookie', 'retry-after', 'x-content-type-options', 'server', 'status', 'database_status'];
const RATE_HEADERS = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'];
/** Answers carry these or not; their values are different in every run. */
const PRESENCE = ['x-request-id', 'x-version-id'];

/** One line for each difference that matters. Ids in `answer` are already the recorded ones. */
export function differences(exchange: Exchange, answer: StandInAnswer): string[] {
  const recorded = exchange.response;
  if (recorded === undefined) return ['was not answered in the recording'];
  if (recorded.status !== answer.status) return [`status ${answer.status} instead of ${recorded.status}: ${answer.body.slice(0, 120)}`];
  const headers = headerDifferences(exchange, recorded.headers, answer.headers);
  if (typeof recorded.body === 'string') return [...headers, ...unequal('body', recorded.body, answer.body)];
  return [...headers, ...bodyDifferences(recorded, JSON.parse(answer.body))];
}

function headerDifferences(exchange: Exchange, recorded: Record<string, unknown>, actual: Record<string, unknown>): string[] {
  const flat = (value: unknown) =>
    [value]
      .flat()
      .filter((each) => each !== undefined)
      .join(', ');
  const compared = [...HEADERS, ...RATE_HEADERS].flatMap((name) => unequal(name, flat(recorded[name]), flat(actual[name])));
  const present = PRESENCE.flatMap((name) => unequal(`presence of ${name}`, name in recorded, name in actual));
  const tagged = /\/posts/.test(exchange.request.path)
    ? unequal('etag', withoutInstant(recorded['etag']), withoutInstant(actual['etag']))
    : [];
  return [...compared, ...present, ...tagged];
}

/** The last part of an etag is an instant, which is compared in the body. */
function withoutInstant(etag: unknown): string {
  return String(etag ?? '').replace(/\d+$/, '');
}

function bodyDifferences(recorded: { status: number; body: unknown }, actual: unknown): string[] {
  if (!isObject(recorded.body) || !isObject(actual)) return unequal('body', recorded.body, actual);
  if (recorded.status >= 400) return fieldDifferences(ERROR_FIELDS, recorded.body, actual);
  if (Array.isArray(recorded.body['order'])) return listDifferences(recorded.body, actual);
  if ('edit_at' in recorded.body) return postDifferences(recorded.body, actual);
  return fieldDifferences(OTHER_FIELDS, recorded.body, actual);
}

function listDifferences(recorded: Record<string, unknown>, actual: Record<string, unknown>): string[] {
  const outer = fieldDifferences(['order', 'next_post_id', 'prev_post_id'], recorded, actual);
  const [before, after] = [recorded['posts'], actual['posts']];
  if (!isObject(before) || !isObject(after)) return [...outer, ...unequal('posts', before, after)];
  const ids = unequal('ids of posts', Object.keys(before).sort(), Object.keys(after).sort());
  const posts = Object.entries(before).flatMap(([id, post]) => {
    const made = after[id];
    return isObject(post) && isObject(made) ? postDifferences(post, made).map((line) => `${id} ${line}`) : [];
  });
  return [...outer, ...ids, ...posts];
}

function postDifferences(recorded: Record<string, unknown>, actual: Record<string, unknown>): string[] {
  const times = POST_TIMES.flatMap((name) => (near(recorded[name], actual[name]) ? [] : unequal(name, recorded[name], actual[name])));
  const metadata = unequal('presence of metadata', 'metadata' in recorded, 'metadata' in actual);
  return [...fieldDifferences([...POST_TEXTS, ...POST_VALUES], recorded, actual), ...times, ...metadata];
}

function near(a: unknown, b: unknown): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') return false;
  return a === 0 || b === 0 ? a === b : Math.abs(a - b) <= TIME_TOLERANCE_MS;
}

function fieldDifferences(names: string[], recorded: Record<string, unknown>, actual: Record<string, unknown>): string[] {
  return names.flatMap((name) => unequal(name, recorded[name], actual[name]));
}

function unequal(what: string, recorded: unknown, actual: unknown): string[] {
  const [before, after] = [canonical(recorded), canonical(actual)];
  return before === after ? [] : [`${what} is ${String(after).slice(0, 200)} instead of ${String(before).slice(0, 200)}`];
}

/** Go writes objects with sorted keys; their order means nothing. Ids the server mints inside props are blanked. */
function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (key, inner: unknown) => {
    if (key === 'actions' && Array.isArray(inner))
      return inner.map((action) => (isObject(action) && action['name'] === 'NoId' ? { ...action, id: '' } : action));
    return isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner;
  });
}
