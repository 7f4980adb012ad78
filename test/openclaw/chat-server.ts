// The chat of the tests: a stand-in Mattermost with people, the agent's bot and one status bot per watcher. Owns its socket.

import type { Post } from '../../src/stand-in/post.ts';
import { SAMPLE, sampleSeed } from '../../src/stand-in/sample-seed.ts';
import { type StandInServer, serveStandIn } from '../../src/stand-in/server.ts';
import { createStandIn, type StandIn } from '../../src/stand-in/stand-in.ts';
import type { Seed } from '../../src/stand-in/world.ts';

/** A bot of ours. Each watcher has one, so that several can watch the same gateway side by side. */
export interface StatusBot {
  userId: string;
  token: string;
}

/** What a person sees of a box, in either style. */
export interface Box {
  post: Post;
  title: string;
  lines: string[];
}

/** Where people write, and where turns of operators are shown. */
export const CHANNEL_ID = SAMPLE.publicId;
export const OPERATOR_CHANNEL_ID = SAMPLE.privateId;
/** The agent that asks for approvals answers here. */
export const CAREFUL_CHANNEL_ID = SAMPLE.privateId;
const WHISPER_ID = 'whisperchannel'.padEnd(26, '0');
export const AGENT = { userId: SAMPLE.otherBotId, token: SAMPLE.otherBotToken };

export class Room {
  readonly standIn: StandIn;
  readonly server: StandInServer;

  private constructor(standIn: StandIn, server: StandInServer) {
    this.standIn = standIn;
    this.server = server;
  }

  static async open(botNames: readonly string[]): Promise<Room> {
    const standIn = createStandIn({ clock: { now: () => Date.now() }, seed: seedWith(botNames) });
    return new Room(standIn, await serveStandIn(standIn, { port: 0 }));
  }

  /** Posts as alice, in the channel or below a root. */
  say(message: string, rootId = ''): Post {
    return this.post(SAMPLE.aliceToken, CHANNEL_ID, message, rootId);
  }

  /** Posts as alice in her direct channel with the agent. */
  whisper(message: string): Post {
    return this.post(SAMPLE.aliceToken, WHISPER_ID, message, '');
  }

  post(token: string, channelId: string, message: string, rootId: string): Post {
    const body = JSON.stringify({ channel_id: channelId, root_id: rootId, message });
    const answer = this.standIn.handle({ method: 'POST', path: '/api/v4/posts', headers: { authorization: `Bearer ${token}` }, body });
    if (answer.status !== 201) throw new Error(`The post was refused: ${answer.body}`);
    return JSON.parse(answer.body) as Post;
  }

  /** What the agent's own plugin posted below a root. */
  answersIn(rootId: string): string[] {
    return this.standIn
      .posts()
      .filter((post) => post.user_id === AGENT.userId && post.root_id === rootId)
      .map(({ message }) => message);
  }

  /** How much a bot wrote below a root: its posts, and how often they were edited in all. */
  writesIn(rootId: string, userId: string): string {
    const posts = this.standIn.posts().filter((post) => post.user_id === userId && post.root_id === rootId);
    const versions = posts.flatMap(({ id }) => this.standIn.versionsOf(id));
    return `posts: ${posts.length}, edits: ${versions.length - posts.length}`;
  }

  isDirect(channelId: string): boolean {
    return this.standIn.world.channelsById.get(channelId)?.type === 'D';
  }

  /** The boxes of one bot, oldest first. */
  boxesOf(bot: StatusBot): Box[] {
    return this.standIn
      .posts()
      .filter((post) => post.user_id === bot.userId)
      .map(boxOf);
  }

  /** A version of a box as text. */
  textOf(post: Post): string {
    const { title, lines } = boxOf(post);
    return [title, ...lines].join('\n');
  }

  /** Requests of the agent's plugin that the stand-in does not know. */
  unknownRequests(): string[] {
    return this.standIn.requests
      .filter(({ status, userId }) => status === 404 && userId === AGENT.userId)
      .map(({ method, path }) => `${method} ${path}`);
  }

  close(): Promise<void> {
    return this.server.close();
  }
}

export function botNamed(name: string): StatusBot {
  return { userId: `bot${name}`.replaceAll('-', '').padEnd(26, '0'), token: `fake-token-of-${name}` };
}

function seedWith(botNames: readonly string[]): Seed {
  const seed = sampleSeed();
  const bots = botNames.map((name) => ({ name, ...botNamed(name) }));
  const channels = seed.channels.map((channel) =>
    channel.type === 'D' || channel.id === SAMPLE.foreignId
      ? channel
      : { ...channel, memberIds: [...channel.memberIds, ...bots.map(({ userId }) => userId)] },
  );
  const memberIds = [AGENT.userId, SAMPLE.aliceId];
  const whisper = { id: WHISPER_ID, name: memberIds.toSorted().join('__'), type: 'D' as const, memberIds };
  return {
    ...seed,
    users: [...seed.users, ...bots.map(({ name, userId }) => ({ id: userId, username: `status-${name}`, isBot: true }))],
    tokens: [...seed.tokens, ...bots.map(({ token, userId }) => ({ token, userId }))],
    channels: [...channels, whisper],
  };
}

interface Attachment {
  title: string;
  fields: { value: string }[] | null;
}

function boxOf(post: Post): Box {
  const [attachment] = (post.props['attachments'] ?? []) as Attachment[];
  const text = attachment === undefined ? post.message : `${attachment.title}\n${attachment.fields?.[0]?.value ?? ''}`;
  const [title = '', ...lines] = text.split('\n');
  return { post, title, lines: lines.filter((line) => line !== '') };
}
