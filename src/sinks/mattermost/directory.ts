// Requests for placement: names of channels, direct channels, members, and who wrote where.
import { isRecord, type JsonRecord } from '../../core/json-guards.ts';
import { type RouteTarget, targetText } from '../../core/route-rule.ts';
import { PushError } from '../../core/sink.ts';
import type { MattermostChecks } from './checks.ts';
import { segment } from './exchange.ts';
import { membershipPath, type Server, settledAnswer } from './doubtful-answers.ts';
import { decodePostList, type ReadPost } from './post-json.ts';

/** Guards every request with breaker and token gate, so that a dead server gets none and a new token is used. */
export type Pass = <T>(call: () => Promise<T>) => Promise<T>;

/** Every method makes one attempt and throws `PushError`. */
export interface Directory {
  /** The channel's id, its name and, where it belongs to a team, `team/name`. */
  namesOfChannel(channelId: string): Promise<string[]>;
  /** Our own direct channel with that person, opened if need be. */
  directChannelWith(userId: string): Promise<string>;
  /** The channel of a target of ROUTES. A target that cannot be used is refused with cause and cure. */
  channelOf(target: RouteTarget): Promise<string>;
  isMember(channelId: string): Promise<boolean>;
  /** Whether that is a conversation between persons, and belongs to no team. */
  isDirect(channelId: string): Promise<boolean>;
  /** The name behind the `@`; `undefined` for bots, and for accounts that are deactivated. */
  nameOfPerson(userId: string): Promise<string | undefined>;
  /** Whether that person wrote in the channel between the two instants (milliseconds since the epoch), as far as its newest page shows. */
  hasPostBy(userId: string, channelId: string, fromAt: number, toAt: number): Promise<boolean>;
  /** What was written in the channel since that instant, as far as its newest page shows; newest first. */
  postsIn(channelId: string, fromAt: number): Promise<{ userId: string; message: string }[]>;
  threadReplies(rootId: string): Promise<number>;
  /** The first post of the thread of a post (the post itself outside of threads), and its channel. */
  rootOf(postId: string): Promise<{ rootId: string; channelId: string }>;
  /** Channels and direct channels of the account in which somebody posted since that instant (milliseconds since the epoch). */
  recentChannels(sinceAt: number): Promise<string[]>;
}

const TEAMS_PATH = '/users/me/teams';
const MAX_TEAMS = 50;
const MAX_CHANNELS = 500; // channels with a post within two hours; each costs a request or more
const PAGE_SIZE = 60; // Mattermost's own page

export function createDirectory(server: Server, checks: MattermostChecks, pass: Pass): Directory {
  return {
    namesOfChannel: (channelId) => pass(() => namesOfChannel(server, channelId)),
    directChannelWith: async (userId) => (await pass(() => checks.directChannel(server.userId(), userId))).channelId,
    channelOf: (target) => channelOf(target, server, checks, pass),
    isMember: (channelId) => pass(() => isMember(server, channelId)),
    isDirect: (channelId) => pass(() => isDirect(server, channelId)),
    nameOfPerson: (userId) => pass(() => nameOfPerson(server, userId)),
    hasPostBy: async (userId, channelId, fromAt, toAt) => {
      const posts = await pass(() => newestPosts(server, channelId));
      return posts.some((post) => post.userId === userId && post.found.createdAt >= fromAt && post.found.createdAt <= toAt);
    },
    postsIn: async (channelId, fromAt) =>
      (await pass(() => newestPosts(server, channelId))).filter(({ found }) => found.createdAt >= fromAt),
    threadReplies: (rootId) => pass(() => checks.threadReplies(rootId)),
    rootOf: (postId) => pass(() => rootOf(server, postId)),
    recentChannels: (sinceAt) => pass(() => recentChannels(server, sinceAt)),
  };
}

async function channelOf(target: RouteTarget, server: Server, checks: MattermostChecks, pass: Pass): Promise<string> {
  if (target.kind !== 'person') return (await pass(() => checks.resolveChannel(targetText(target)))).channelId;
  const userId = await pass(() => checks.userNamed(target.username));
  return (await pass(() => checks.directChannel(server.userId(), userId))).channelId;
}

async function readChannel(server: Server, channelId: string): Promise<JsonRecord & { name: string }> {
  const channel = (await settledAnswer(server, 'read', { method: 'GET', path: `/channels/${segment(channelId)}` })).json;
  if (!isRecord(channel) || typeof channel['name'] !== 'string') throw new PushError('server', 'the answer is no channel');
  return { ...channel, name: channel['name'] };
}

/** A channel of a kind that we do not know is none of a team's. */
async function isDirect(server: Server, channelId: string): Promise<boolean> {
  const { type } = await readChannel(server, channelId);
  return type !== 'O' && type !== 'P';
}

async function nameOfPerson(server: Server, userId: string): Promise<string | undefined> {
  const user = (await settledAnswer(server, 'read', { method: 'GET', path: `/users/${segment(userId)}` })).json;
  if (!isRecord(user) || typeof user['username'] !== 'string') throw new PushError('server', 'the answer is no user');
  return user['is_bot'] === true || Number(user['delete_at']) > 0 ? undefined : user['username'];
}

async function namesOfChannel(server: Server, channelId: string): Promise<string[]> {
  const channel = await readChannel(server, channelId);
  const { name } = channel;
  const teamId = channel['team_id'];
  if (typeof teamId !== 'string' || teamId === '') return [channelId, name];
  const team = (await listOf(server, TEAMS_PATH)).find(({ id }) => id === teamId);
  return typeof team?.['name'] === 'string' ? [channelId, name, `${team['name']}/${name}`] : [channelId, name];
}

async function newestPosts(server: Server, channelId: string): Promise<ReadPost[]> {
  const path = `/channels/${segment(channelId)}/posts?per_page=${PAGE_SIZE}`;
  return decodePostList((await settledAnswer(server, 'list', { method: 'GET', path })).json) ?? [];
}

async function rootOf(server: Server, postId: string): Promise<{ rootId: string; channelId: string }> {
  const post = (await settledAnswer(server, 'read', { method: 'GET', path: `/posts/${segment(postId)}` })).json;
  if (!isRecord(post) || typeof post['channel_id'] !== 'string') throw new PushError('server', 'the answer is no post');
  const rootId = post['root_id'];
  return { rootId: typeof rootId === 'string' && rootId !== '' ? rootId : postId, channelId: post['channel_id'] };
}

/** Direct channels are listed with the channels of every team. Of too many channels, the newest are taken. */
async function recentChannels(server: Server, sinceAt: number): Promise<string[]> {
  const teams = await listOf(server, TEAMS_PATH);
  const lastPostById = new Map<string, number>();
  for (const { id: teamId } of teams.slice(0, MAX_TEAMS)) {
    const channels = await listOf(server, `/users/me/teams/${segment(String(teamId))}/channels`);
    for (const { id, last_post_at: lastPostAt } of channels)
      if (Number(lastPostAt) >= sinceAt) lastPostById.set(String(id), Number(lastPostAt));
  }
  const newestFirst = [...lastPostById].toSorted(([, one], [, other]) => other - one);
  return newestFirst.slice(0, MAX_CHANNELS).map(([id]) => id);
}

async function listOf(server: Server, path: string): Promise<JsonRecord[]> {
  const { json } = await settledAnswer(server, 'list', { method: 'GET', path, background: true });
  return Array.isArray(json) ? json.filter(isRecord) : [];
}

async function isMember(server: Server, channelId: string): Promise<boolean> {
  try {
    await settledAnswer(server, 'list', { method: 'GET', path: membershipPath(channelId) });
    return true;
  } catch (error) {
    if (error instanceof PushError && (error.reason === 'no_access' || error.reason === 'gone')) return false;
    throw error;
  }
}
