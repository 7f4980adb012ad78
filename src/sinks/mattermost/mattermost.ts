// A Mattermost server as a sink. Holds no state. classify.ts decides what an answer means; the caller decides when to send.

import { isRecord } from '../../core/json-guards.ts';
import { type FoundPost, type PostBody, type PostDraft, PushError, type Sink } from '../../core/sink.ts';
import { createChecks, type MattermostChecks } from './checks.ts';
import { segment } from './exchange.ts';
import { probeHealth, type Server, settledAnswer } from './doubtful-answers.ts';
import { findPinned, pin, react, unreact } from './marks.ts';
import { decodePost, decodePostList, isOwn, type ReadPost } from './post-json.ts';

/** The agents' Mattermost plugin ignores posts of custom types, so that a box never starts a turn. */
const POST_TYPE = 'custom_livestatus';
const PAGE_SIZE = 200; // The server's own limit.
const MAX_PAGES = 20; // 4,000 posts within the searched hour: no channel of people has as many
const PAGE_MAX_BYTES = 16_777_216; // 200 posts of 16,383 code points, four bytes each, fit.

/** Sink and start-up checks of one server. Requests carry no retry of their own except for a dead pooled connection. */
export function createMattermostSink(server: Server): Sink & MattermostChecks {
  return {
    create: (draft, signal) => create(server, draft, signal),
    edit: (postId, body, signal) => edit(server, postId, body, signal),
    read: (postId, signal) => read(server, postId, signal),
    findOwn: (channelId, sinceAt, signal) => findOwn(server, channelId, sinceAt, signal),
    findPinned: (channelId, signal) => findPinned(server, channelId, signal),
    pin: (postId, signal) => pin(server, postId, signal),
    react: (postId, emoji, signal) => react(server, postId, emoji, signal),
    unreact: (postId, emoji, signal) => unreact(server, postId, emoji, signal),
    probe: (signal, timeoutMs) => probeHealth(server, signal, timeoutMs),
    ...createChecks(server),
  };
}

async function create(server: Server, draft: PostDraft, signal: AbortSignal | undefined): Promise<{ postId: string }> {
  const body = {
    channel_id: draft.target.channelId,
    root_id: draft.target.rootId ?? '',
    message: draft.message ?? '',
    props: ownProps(server, draft.props),
    type: POST_TYPE,
    pending_post_id: draft.pendingPostId,
  };
  const answer = await settledAnswer(server, 'create', { method: 'POST', path: '/posts', body, signal });
  if (isRecord(answer.json) && typeof answer.json['id'] === 'string') return { postId: answer.json['id'] };
  throw new PushError('server', 'the answer to a new post names no post');
}

// A patch, because a full PUT clears whatever the body leaves out, reactions and pins included.
async function edit(server: Server, postId: string, body: PostBody, signal: AbortSignal | undefined): Promise<void> {
  const props = ownProps(server, body.props);
  const patch = body.message === undefined ? { props } : { message: body.message, props };
  await settledAnswer(server, 'edit', { method: 'PUT', path: `/posts/${segment(postId)}/patch`, body: patch, signal }, postId);
}

// The server adds `from_bot` to a bot's new post, and an edit of props would remove it. Clients need it to draw name and picture.
function ownProps({ isBot = () => false }: Server, props: PostBody['props']): PostBody['props'] {
  return isBot() ? { ...props, from_bot: 'true' } : props;
}

async function read(server: Server, postId: string, signal: AbortSignal | undefined): Promise<FoundPost | undefined> {
  try {
    const answer = await settledAnswer(server, 'read', { method: 'GET', path: `/posts/${segment(postId)}`, signal });
    const post = decodePost(answer.json);
    if (post === undefined) throw new PushError('server', 'the answer is no post');
    return post.deleted ? undefined : post.found;
  } catch (error) {
    if (error instanceof PushError && error.reason === 'gone') return undefined;
    throw error;
  }
}

// Pages, not `since`: that returns the history row of every edit and is cut at 1,000 rows.
async function findOwn(server: Server, channelId: string, sinceAt: number, signal: AbortSignal | undefined): Promise<FoundPost[]> {
  const seenIds = new Set<string>();
  const own: FoundPost[] = [];
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const posts = await readPage(server, channelId, page, signal);
    const news = posts.filter(({ found }) => !seenIds.has(found.postId));
    for (const { found } of news) seenIds.add(found.postId);
    own.push(...news.filter((post) => isOwn(post, server.userId(), sinceAt)).map(({ found }) => found));
    if (posts.length < PAGE_SIZE || news.length === 0 || posts.some(({ found }) => found.createdAt < sinceAt)) return own;
  }
  server.onEndless?.(channelId);
  return own;
}

async function readPage(server: Server, channelId: string, page: number, signal: AbortSignal | undefined): Promise<ReadPost[]> {
  const path = `/channels/${segment(channelId)}/posts?page=${page}&per_page=${PAGE_SIZE}`;
  const answer = await settledAnswer(server, 'list', { method: 'GET', path, signal, maxBytes: PAGE_MAX_BYTES, background: true });
  const posts = decodePostList(answer.json);
  if (posts === undefined) throw new PushError('server', 'the answer is no list of posts');
  return posts;
}
