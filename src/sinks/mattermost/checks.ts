// Requests of the daemon other than pushes: our account, the server's limits, the channel of a name.

import { isRecord, type JsonRecord } from '../../core/json-guards.ts';
import { PushError } from '../../core/sink.ts';
import { type HttpAnswer, segment } from './exchange.ts';
import { membershipPath, type Server, settledAnswer } from './doubtful-answers.ts';
import { decodePostList } from './post-json.ts';
import type { ResponseHeaders, TransportRequest } from './transport.ts';

export interface Identity {
  userId: string;
  username: string;
  /** The account of a person works as well, but boxes appear under that person's name. */
  isBot: boolean;
  /** Such as `5.37.0`; absent when a proxy strips the header. */
  serverVersion?: string;
}

export interface Channel {
  channelId: string;
  name: string;
  /** `O` public, `P` private, `D` direct, `G` group. */
  type: string;
}

/** Every method makes one attempt and throws `PushError` with a message that names cause and cure. */
export interface MattermostChecks {
  /** The account of the token. `auth` when it is refused. */
  identify(signal?: AbortSignal): Promise<Identity>;
  /** The longest message in code points. */
  limits(signal?: AbortSignal): Promise<{ maxPostChars: number }>;
  /** A channel by id or `team/channel` in which the account is a member; else `rejected` (no such channel), `no_access` or `archived`. */
  resolveChannel(idOrPath: string, signal?: AbortSignal): Promise<Channel>;
  /** The id of the user with that name; `rejected` when there is none, or none any more. */
  userNamed(username: string, signal?: AbortSignal): Promise<string>;
  /** The direct channel of two users, created if need be. */
  directChannel(userA: string, userB: string, signal?: AbortSignal): Promise<Channel>;
  /** Replies in a thread. `root_gone` when there is no such thread. */
  threadReplies(rootId: string, signal?: AbortSignal): Promise<number>;
}

const NOT_MATTERMOST = "MM_URL points to something that is not Mattermost's API";
const DEFAULT_MAX_POST_CHARS = 16_383; // Mattermost's limit since 5.0, for a server that does not say.
const THREAD_MAX_BYTES = 16_777_216; // 5.37 knows no pages of a thread and sends all of it.

export function createChecks(server: Server): MattermostChecks {
  return {
    identify: (signal) => identify(server, signal),
    limits: (signal) => limits(server, signal),
    resolveChannel: (idOrPath, signal) => resolveChannel(server, idOrPath, signal),
    userNamed: (username, signal) => userNamed(server, username, signal),
    directChannel: (userA, userB, signal) => directChannel(server, [userA, userB], signal),
    threadReplies: (rootId, signal) => threadReplies(server, rootId, signal),
  };
}

async function identify(server: Server, signal: AbortSignal | undefined): Promise<Identity> {
  const answer = await ask(
    server,
    get('/users/me', signal),
    {
      auth: 'Mattermost refuses the token: it is wrong, revoked or its account is disabled. Set MM_TOKEN (or the content of MM_TOKEN_FILE) to a valid bot token',
      gone: NOT_MATTERMOST,
      rejected: NOT_MATTERMOST,
    },
    'server',
  );
  const serverVersion = versionOf(answer.headers);
  return { ...userOf(recordOf(answer)), ...(serverVersion === undefined ? {} : { serverVersion }) };
}

// The header is version, build, hash of the configuration and licence, joined by dots.
function versionOf(headers: ResponseHeaders): string | undefined {
  return /^\d+\.\d+\.\d+/.exec([headers['x-version-id'] ?? ''].flat()[0] ?? '')?.[0];
}

async function limits(server: Server, signal: AbortSignal | undefined): Promise<{ maxPostChars: number }> {
  const config = recordOf(await ask(server, get('/config/client?format=old', signal)));
  const size = Number(config['MaxPostSize']);
  return { maxPostChars: Number.isSafeInteger(size) && size > 0 ? size : DEFAULT_MAX_POST_CHARS };
}

async function resolveChannel(server: Server, idOrPath: string, signal: AbortSignal | undefined): Promise<Channel> {
  const [team, name, ...more] = idOrPath.split('/');
  if (team === undefined || more.length > 0) throw new PushError('rejected', `"${idOrPath}" is neither a channel id nor team/channel`);
  const path = name === undefined ? `/channels/${segment(team)}` : `/teams/name/${segment(team)}/channels/name/${segment(name)}`;
  const json = await getChannel(server, path, idOrPath, signal);
  if (Number(json['delete_at']) > 0) throw new PushError('archived', `channel "${idOrPath}" is archived: restore it or choose another`);
  const channel = channelOf(json);
  await ask(server, get(membershipPath(channel.channelId), signal), { no_access: notInvited(idOrPath) });
  return channel;
}

async function getChannel(server: Server, path: string, asked: string, signal: AbortSignal | undefined): Promise<JsonRecord> {
  const gone = `channel "${asked}" does not exist: give its id, or team/channel as in its address in the browser`;
  return recordOf(await ask(server, get(path, signal), { gone, no_access: notInvited(asked), rejected: gone }, 'rejected'));
}

function notInvited(channel: string): string {
  return `the account cannot see or post in channel "${channel}": add it to the team and the channel`;
}

async function userNamed(server: Server, username: string, signal: AbortSignal | undefined): Promise<string> {
  const gone = `there is no user @${username}, or the account may not see them: give the name that Mattermost shows behind the @`;
  const cures: Cures = { gone, no_access: gone, rejected: gone };
  const json = recordOf(await ask(server, get(`/users/username/${segment(username)}`, signal), cures, 'rejected'));
  if (Number(json['delete_at']) > 0) throw new PushError('rejected', `the account of @${username} is deactivated`);
  return userOf(json).userId;
}

async function directChannel(server: Server, userIds: readonly [string, string], signal: AbortSignal | undefined): Promise<Channel> {
  const request: TransportRequest = { method: 'POST', path: '/channels/direct', body: userIds, signal };
  return channelOf(recordOf(await ask(server, request, { no_access: 'the account may not open a direct channel between these users' })));
}

// A root read alone has `reply_count: 0` on 5.37, so the whole thread is read; later versions send one page of it.
async function threadReplies(server: Server, rootId: string, signal: AbortSignal | undefined): Promise<number> {
  const request = { ...get(`/posts/${segment(rootId)}/thread?perPage=1`, signal), maxBytes: THREAD_MAX_BYTES };
  const answer = await ask(server, request, { gone: 'the thread is gone' }, 'root_gone');
  const posts = decodePostList(answer.json);
  if (posts === undefined) throw new PushError('server', 'the answer is no thread');
  return Math.max(posts.length - 1, replyCountOf(answer.json, rootId));
}

function replyCountOf(json: unknown, rootId: string): number {
  const posts = isRecord(json) ? json['posts'] : undefined;
  const root = isRecord(posts) ? posts[rootId] : undefined;
  const count = isRecord(root) ? root['reply_count'] : undefined;
  return typeof count === 'number' ? count : 0;
}

type Cures = Partial<Record<PushError['reason'], string>>;

/** One request; a failure with a known cure gets the cure in front of what the server said. "Not found" becomes `notFound`. */
async function ask(
  server: Server,
  request: TransportRequest,
  cures: Cures = {},
  notFound: PushError['reason'] = 'gone',
): Promise<HttpAnswer> {
  try {
    return await settledAnswer(server, 'read', request);
  } catch (error) {
    if (!(error instanceof PushError)) throw error;
    const cure = cures[error.reason];
    // A server that rejects the request for our account is not Mattermost, or does not run yet.
    const isNowhere = error.reason === 'gone' || (error.reason === 'rejected' && notFound === 'server');
    const reason = isNowhere ? notFound : error.reason;
    const message = cure === undefined ? error.message : `${cure}: ${error.message}`;
    throw new PushError(reason, message, { retryAfterMs: error.retryAfterMs, cause: error });
  }
}

function get(path: string, signal: AbortSignal | undefined): TransportRequest {
  return { method: 'GET', path, signal };
}

function recordOf(answer: HttpAnswer): JsonRecord {
  if (isRecord(answer.json)) return answer.json;
  throw new PushError('server', `${NOT_MATTERMOST}: the answer is no object`);
}

function userOf(json: JsonRecord): Omit<Identity, 'serverVersion'> {
  const { id, username } = json;
  if (typeof id === 'string' && typeof username === 'string') return { userId: id, username, isBot: json['is_bot'] === true };
  throw new PushError('server', `${NOT_MATTERMOST}: the answer names no user`);
}

function channelOf(json: JsonRecord): Channel {
  const { id, name, type } = json;
  if (typeof id === 'string' && typeof name === 'string' && typeof type === 'string') return { channelId: id, name, type };
  throw new PushError('server', 'the answer names no channel');
}
