// Reading posts: one, a thread, pages of a channel, and the `since` list with its history rows.

import { isMember, mayRead, readablePost } from './permissions.ts';
import { refusal } from './answer.ts';
import type { Reply } from './answer.ts';
import { idParam } from './route-call.ts';
import type { Call } from './route-call.ts';
import { firstJsonValue } from './lenient-json.ts';
import { wirePost } from './post.ts';
import type { Post } from './post.ts';
import { livePost, repliesOf, replyCountOf } from './world.ts';
import type { World } from './world.ts';

/** The largest page, whatever size a client requests. */
const MAX_PER_PAGE = 200;
const DEFAULT_PER_PAGE = 60;
/** The `since` list is cut at this many rows before it is ordered. */
const MAX_SINCE_ROWS = 1_000;
/** `GET /channels/{id}/pinned`: needs read access. */
export function listPinned(call: Call): Reply {
  const { world } = call;
  const channel = world.channelsById.get(idParam(call.params, 'channel_id'));
  if (channel === undefined || !mayRead(world, call.user, channel)) throw refusal('api.context.permissions.app_error');
  const rows = [...world.rows.values()].filter((row) => row.channel_id === channel.id && row.delete_at === 0 && row.original_id === '');
  const order = rows.filter((row) => row.is_pinned).sort(newestFirst);
  const newest = order.toSorted((one, other) => other.update_at - one.update_at)[0];
  const tag = newest === undefined ? etag(world, '0') : etag(world, order[0]?.id ?? '', newest.id, String(newest.update_at));
  return list(world, { order, extra: [], counted: false, headers: { etag: tag } });
}

/** `POST /posts/ids` of newer servers. */
const MAX_IDS = 1_000;

/** `GET /posts/{id}`. */
export function getPost(call: Call): Reply {
  const post = readablePost(call.world, call.user, idParam(call.params, 'post_id'));
  return { status: 200, body: wirePost(post, call.world.rules, 0), headers: { etag: etag(call.world, post.id, String(post.update_at)) } };
}

/** `GET /posts/{id}/thread`. */
export function getThread(call: Call): Reply {
  const { world } = call;
  const asked = readablePost(world, call.user, idParam(call.params, 'post_id'));
  const root = livePost(world, asked.root_id || asked.id) ?? asked;
  const replies = repliesOf(world, root.id);
  const reversed = replies.toReversed();
  const order = world.rules.oldThreadShape ? [root, ...reversed, root] : [root, ...reversed];
  const latest = Math.max(...order.map((post) => post.update_at));
  return list(world, { order, extra: [], counted: true, headers: { etag: etag(world, root.id, root.id, String(latest)) } });
}

/** `GET /channels/{id}/posts` with `page`, `since`, `before` or `after`. Up to 5.37 members only, even in a public channel. */
export function listPosts(call: Call): Reply {
  const { world, query } = call;
  const channel = world.channelsById.get(idParam(call.params, 'channel_id'));
  const isListed = world.rules.listsPublicToTeam && channel?.type === 'O' && mayRead(world, call.user, channel);
  if (channel === undefined || !(isListed || isMember(call.user, channel))) throw refusal('api.context.permissions.app_error');
  const since = Number(query.get('since') ?? 0);
  if (since > 0) return listSince(world, channel.id, since);
  const posts = [...world.rows.values()].filter((row) => row.channel_id === channel.id && row.delete_at === 0).sort(newestFirst);
  const latest = Math.max(0, ...posts.map((post) => post.update_at));
  const window = windowOf(posts, query);
  const around = query.has('before') || query.has('after');
  const extra = window.order.flatMap((post) => (around || post.root_id !== '' ? threadOf(world, post) : []));
  return list(world, { ...window, extra, counted: around, headers: { etag: etag(world, String(latest)) } });
}

/** `POST /posts/ids` of newer servers: the readable ones of up to 1,000 posts. */
export function postsByIds(call: Call): Reply {
  const ids: unknown = firstJsonValue(call.body);
  if (!Array.isArray(ids) || ids.length === 0 || ids.length > MAX_IDS)
    throw refusal('api.context.invalid_body_param.app_error', { what: 'post_ids' });
  const posts = ids.flatMap((id) => livePost(call.world, String(id)) ?? []);
  const readable = posts.filter((post) => isMember(call.user, call.world.channelsById.get(post.channel_id)));
  return { status: 200, body: readable.map((post) => wirePost(post, call.world.rules, 0)) };
}

/** `GET /posts/{id}/edit_history` of newer servers: every earlier state, newest first, for the author only. */
export function editHistory(call: Call): Reply {
  const post = readablePost(call.world, call.user, idParam(call.params, 'post_id'));
  if (post.user_id !== call.user.id) throw refusal('api.context.permissions.app_error');
  const rows = [...call.world.rows.values()].filter((row) => row.original_id === post.id);
  if (rows.length === 0) throw refusal('app.post.get.app_error');
  return { status: 200, body: rows.reverse().map((row) => ({ ...wirePost(row, call.world.rules, 0), message: row.message })) };
}

/** All rows changed after `since`, deleted ones and history rows included: cut first, ordered afterwards, as the server does. */
function listSince(world: World, channelId: string, since: number): Reply {
  const changed = [...world.rows.values()].filter((row) => row.channel_id === channelId && row.update_at > since);
  const rows = changed.slice(0, MAX_SINCE_ROWS);
  const roots = rows.flatMap((row) => world.rows.get(row.root_id) ?? []);
  const order = [...new Set([...rows, ...roots])].sort((a, b) => newestFirst(a, b) || a.delete_at - b.delete_at);
  return list(world, { order, extra: [], counted: false, headers: {} });
}

interface Window {
  order: Post[];
  next?: string;
  prev?: string;
}

function windowOf(posts: Post[], query: URLSearchParams): Window {
  const perPage = Math.min(MAX_PER_PAGE, Math.max(1, Number(query.get('per_page') ?? DEFAULT_PER_PAGE)));
  const before = query.get('before');
  const after = query.get('after');
  const mark = posts.findIndex((post) => post.id === (before ?? after));
  if (before !== null) return mark < 0 ? { order: [], next: before } : cut(posts, mark + 1, perPage);
  if (after !== null) return mark < 0 ? { order: [], prev: after } : cut(posts, Math.max(0, mark - perPage), Math.min(perPage, mark));
  return cut(posts, Number(query.get('page') ?? 0) * perPage, perPage);
}

function cut(posts: Post[], start: number, count: number): Window {
  const order = posts.slice(start, start + count);
  if (order.length === 0) return { order };
  return { order, next: posts[start - 1]?.id ?? '', prev: posts[start + count]?.id ?? '' };
}

function list(world: World, found: Window & { extra: Post[]; counted: boolean; headers: Record<string, string> }): Reply {
  const posts = [...found.order, ...found.extra];
  const wired: Record<string, unknown> = {};
  for (const post of posts) wired[post.id] = wirePost(post, world.rules, found.counted ? replyCountOf(world, post) : 0);
  const body = {
    order: found.order.map((post) => post.id),
    posts: wired,
    next_post_id: found.next ?? '',
    prev_post_id: found.prev ?? '',
  };
  return { status: 200, body, headers: found.headers };
}

function threadOf(world: World, post: Post): Post[] {
  const root = livePost(world, post.root_id || post.id);
  return root === undefined ? [] : [root, ...repliesOf(world, root.id)];
}

function newestFirst(a: Post, b: Post): number {
  return b.create_at - a.create_at;
}

function etag(world: World, ...parts: string[]): string {
  return [`${world.rules.version}.0`, ...parts].join('.');
}
