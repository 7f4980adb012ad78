// The state of the stand-in: people, tokens, channels, post rows and their history.

import { postOf } from './post.ts';
import type { Post, PostVersion } from './post.ts';
import { PendingIds } from './pending-ids.ts';
import { rulesOf } from './version-rules.ts';
import type { ServerRules, ServerVersion } from './version-rules.ts';

/** A person or a bot. */
export interface User {
  id: string;
  username: string;
  displayName: string;
  isBot: boolean;
  /** A system administrator: may read, post, edit and delete everywhere. */
  isAdmin: boolean;
  createdAt: number;
  /** 0 while the account is enabled. */
  disabledAt: number;
}

/** An access token or session. A revoked token is gone, a disabled one may come back. */
export interface Token {
  token: string;
  userId: string;
  active: boolean;
}

/** `O` public, `P` private, `D` direct. A direct channel belongs to no team. */
export interface Channel {
  id: string;
  name: string;
  displayName: string;
  type: 'O' | 'P' | 'D';
  memberIds: Set<string>;
  createdAt: number;
  updatedAt: number;
  /** 0 while the channel is not archived. */
  archivedAt: number;
  lastPostAt: number;
  postCount: number;
}

/** Something that happened to a post, in the order it happened. */
export interface PostEvent {
  kind: 'posted' | 'post_edited' | 'post_deleted';
  at: number;
  post: Post;
}

/** One reaction, in Mattermost's own field names. */
export interface Reaction {
  readonly user_id: string;
  readonly post_id: string;
  readonly emoji_name: string;
  readonly create_at: number;
  readonly update_at: number;
  readonly delete_at: number;
  readonly remote_id: string;
}

/** Somebody put a reaction on a post, or took one away. */
export interface ReactionEvent {
  kind: 'reaction_added' | 'reaction_removed';
  channelId: string;
  reaction: Reaction;
}

/** Somebody is typing: nothing of it is stored. */
export interface Typing {
  userId: string;
  channelId: string;
  /** The thread, or empty. */
  rootId: string;
}

/** What a stand-in starts with. Ids are Mattermost's: 26 lower-case letters and digits. */
export interface Seed {
  team: { id: string; name: string; displayName: string };
  users: { id: string; username: string; displayName?: string; isBot?: boolean; isAdmin?: boolean }[];
  tokens: { token: string; userId: string }[];
  channels: { id: string; name: string; displayName?: string; type: Channel['type']; memberIds: string[] }[];
  posts?: (Pick<Post, 'id' | 'channel_id' | 'user_id'> & Partial<Post>)[];
}

/** The state of one stand-in. */
export interface World {
  readonly clock: { now(): number };
  readonly rules: ServerRules;
  readonly team: Seed['team'] & { memberIds: Set<string> };
  readonly usersById: Map<string, User>;
  readonly tokens: Map<string, Token>;
  readonly channelsById: Map<string, Channel>;
  /** All rows of the posts table, with history, in the order of a table scan: an updated row moves to the end. */
  readonly rows: Map<string, Post>;
  /** The ids of all replies, deleted ones included, by their root. */
  readonly replyIdsByRoot: Map<string, Set<string>>;
  readonly versionsByPost: Map<string, PostVersion[]>;
  readonly reactionsByPost: Map<string, readonly Reaction[]>;
  readonly listeners: Set<(event: PostEvent) => void>;
  readonly reactionListeners: Set<(event: ReactionEvent) => void>;
  readonly typingListeners: Set<(typing: Typing) => void>;
  /** Tokens used since the last restart: without its database a server still accepts them. */
  readonly cachedTokens: Set<string>;
  pendingIds: PendingIds;
  databaseDown: boolean;
  /** The role of channel members lacks `edit_post`. */
  editingForbidden: boolean;
  /** The role of channel members lacks `add_reaction` and `remove_reaction`. */
  reactingForbidden: boolean;
  /** `RestrictDirectMessage=team`: nobody opens a direct channel with somebody of another team, here with nobody. */
  directRestricted: boolean;
  /** Undefined: posts may be edited for ever. Seconds in Mattermost's settings, milliseconds here. */
  editTimeLimitMs: number | undefined;
  maxMessageRunes: number;
  newId(): string;
}

/** The options of a world. */
export interface WorldOptions {
  clock: { now(): number };
  seed: Seed;
  version?: ServerVersion;
  editTimeLimitMs?: number;
  /** As in the server's configuration; default is the version's own limit. */
  maxMessageRunes?: number;
}

/** Builds the state from a seed. The ids it makes later are the same in every run. */
export function createWorld(options: WorldOptions): World {
  const { clock, seed } = options;
  const now = clock.now();
  const rules = rulesOf(options.version ?? '5.37');
  const world: World = {
    clock,
    rules,
    team: { ...seed.team, memberIds: new Set(seed.users.map((user) => user.id)) },
    usersById: new Map(seed.users.map((user) => [user.id, userOf(user, now)])),
    tokens: new Map(seed.tokens.map((token) => [token.token, { ...token, active: true }])),
    channelsById: new Map(seed.channels.map((channel) => [channel.id, channelOf(channel, now)])),
    rows: new Map(),
    replyIdsByRoot: new Map(),
    versionsByPost: new Map(),
    reactionsByPost: new Map(),
    listeners: new Set(),
    reactionListeners: new Set(),
    typingListeners: new Set(),
    cachedTokens: new Set(),
    pendingIds: new PendingIds(),
    databaseDown: false,
    editingForbidden: false,
    reactingForbidden: false,
    directRestricted: false,
    editTimeLimitMs: options.editTimeLimitMs,
    maxMessageRunes: options.maxMessageRunes ?? rules.maxMessageRunes,
    newId: idSource(),
  };
  for (const given of seed.posts ?? []) putRow(world, postOf({ create_at: now, update_at: now, ...given }));
  return world;
}

function userOf(user: Seed['users'][number], now: number): User {
  return { displayName: '', isBot: false, isAdmin: false, ...user, createdAt: now, disabledAt: 0 };
}

/** A new channel without posts. */
export function channelOf(channel: Seed['channels'][number], now: number): Channel {
  const { memberIds, ...rest } = channel;
  const times = { createdAt: now, updatedAt: now, archivedAt: 0, lastPostAt: 0, postCount: 0 };
  return { displayName: channel.name, ...rest, ...times, memberIds: new Set(memberIds) };
}

/** Mattermost's id alphabet: base 32 without the letters that are easily confused. */
const ID_ALPHABET = 'ybndrfg8ejkmcpqxot1uwisza345h769';

/** Ids that look random and are the same in every run; the last six characters count up, so none comes twice. */
function idSource(): () => string {
  let count = 0;
  let state = 0x2545f491;
  return () => {
    count += 1;
    const scrambled = Array.from({ length: 20 }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return ID_ALPHABET[state >>> 27];
    });
    const counter = Array.from({ length: 6 }, (_, place) => ID_ALPHABET[(count >>> (5 * (5 - place))) & 31]);
    return [...scrambled, ...counter].join('');
  };
}

/** Writes a row; one that exists already moves to the end of the table, as a new version of it would. */
export function putRow(world: World, row: Post): void {
  world.rows.delete(row.id);
  world.rows.set(row.id, row);
  if (row.root_id === '' || row.original_id !== '') return;
  const replies = world.replyIdsByRoot.get(row.root_id) ?? new Set();
  world.replyIdsByRoot.set(row.root_id, replies.add(row.id));
}

/** The live post of that id; `undefined` when unknown, deleted or a history row. */
export function livePost(world: World, id: string): Post | undefined {
  const row = world.rows.get(id);
  return row !== undefined && row.delete_at === 0 && row.original_id === '' ? row : undefined;
}

/** The live replies below a root, oldest first. */
export function repliesOf(world: World, rootId: string): Post[] {
  const replies = [...(world.replyIdsByRoot.get(rootId) ?? [])].flatMap((id) => livePost(world, id) ?? []);
  return replies.sort((a, b) => a.create_at - b.create_at);
}

/** How many live replies the thread of `post` has, whichever of its posts it is. */
export function replyCountOf(world: World, post: Post): number {
  return repliesOf(world, post.root_id || post.id).length;
}
