// The websocket frames of events in channels, as recorded from 5.37. Holds no state.

import { type Post, wirePost } from './post.ts';
import { type Channel, type PostEvent, type ReactionEvent, replyCountOf, type Typing, type World } from './world.ts';

/** One event with its receivers: the members of the channel, without the one who caused it. */
export interface WebsocketEvent {
  channelId: string;
  omitUserId?: string;
  /** Complete but for its number. */
  frame: object;
}

/** `posted`, `post_edited` or `post_deleted`; inside, the post is JSON text. */
export function postFrame(world: World, { kind, post }: PostEvent): WebsocketEvent {
  const { channel_id: channelId } = post;
  const shown = kind === 'post_deleted' ? lastLivingState(world, post) : post;
  const text = JSON.stringify(wirePost(shown, world.rules, replyCountOf(world, shown)));
  const data = kind === 'posted' ? { ...postedData(world, post), post: text } : { post: text };
  return { channelId, frame: { event: kind, data, broadcast: broadcastTo(channelId) } };
}

/** `reaction_added` or `reaction_removed`; inside, the reaction is JSON text. */
export function reactionFrame({ kind, channelId, reaction }: ReactionEvent): WebsocketEvent {
  const data = { reaction: JSON.stringify(reaction) };
  return { channelId, frame: { event: kind, data, broadcast: broadcastTo(channelId) } };
}

/** `typing`, which its own user does not get. */
export function typingFrame({ userId, channelId, rootId }: Typing): WebsocketEvent {
  const broadcast = { ...broadcastTo(channelId), omit_users: { [userId]: true } };
  return { channelId, omitUserId: userId, frame: { event: 'typing', data: { parent_id: rootId, user_id: userId }, broadcast } };
}

function broadcastTo(channelId: string): object {
  return { omit_users: null, user_id: '', channel_id: channelId, team_id: '' };
}

/** The deletion is announced with the post as it was. */
function lastLivingState(world: World, deleted: Post): Post {
  return world.versionsByPost.get(deleted.id)?.findLast(({ cause }) => cause !== 'deleted')?.post ?? deleted;
}

function postedData(world: World, post: Post): object {
  const channel = world.channelsById.get(post.channel_id);
  const mentioned = channel === undefined ? [] : mentionedIn(world, channel, post);
  return {
    channel_display_name: channel?.displayName ?? '',
    channel_name: channel?.name ?? '',
    channel_type: channel?.type ?? '',
    ...(mentioned.length === 0 ? {} : { mentions: JSON.stringify(mentioned) }),
    sender_name: `@${world.usersById.get(post.user_id)?.username ?? ''}`,
    set_online: true,
    team_id: channel?.type === 'D' ? '' : world.team.id,
  };
}

function mentionedIn(world: World, channel: Channel, post: Post): string[] {
  const names = new Set(post.message.match(/(?<=@)[a-z0-9._-]*[a-z0-9]/gi)?.map((name) => name.toLowerCase()));
  return [...channel.memberIds].filter((id) => id !== post.user_id && names.has(world.usersById.get(id)?.username ?? ''));
}
