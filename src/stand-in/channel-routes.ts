// Channels and their members: lookups by id and by name, membership, direct channels, joining.

import { isMember, mayRead } from './permissions.ts';
import { refusal } from './answer.ts';
import type { Reply } from './answer.ts';
import { idParam } from './route-call.ts';
import type { Call } from './route-call.ts';
import { firstJsonValue, isObject } from './lenient-json.ts';
import { channelOf } from './world.ts';
import type { Channel, World } from './world.ts';

/** `GET /channels/{id}`: 404 unknown, 403 private and not a member; archived ones are sent with `delete_at`. */
export function getChannel(call: Call): Reply {
  const channel = call.world.channelsById.get(idParam(call.params, 'channel_id'));
  return { status: 200, body: wireChannel(call.world, readable(call, channel)) };
}

/** `GET /teams/name/{team}/channels/name/{channel}`. */
export function getChannelByName(call: Call): Reply {
  const { world, params } = call;
  const named = [...world.channelsById.values()].find((channel) => channel.name === params['channel_name'] && channel.type !== 'D');
  const inTeam = params['team_name'] === world.team.name ? named : undefined;
  return { status: 200, body: wireChannel(world, readable(call, inTeam)) };
}

/** `GET /users/{id}/teams`: of oneself only, here as everywhere an administrator is not asked for. */
export function listTeams(call: Call): Reply {
  const { team } = call.world;
  const own = idParam(call.params, 'user_id') === call.user.id && team.memberIds.has(call.user.id);
  return { status: 200, body: own ? [{ id: team.id, name: team.name, display_name: team.displayName, type: 'O', delete_at: 0 }] : [] };
}

/** `GET /users/{id}/teams/{team}/channels`: the caller's channels of that team and all direct ones, without archived ones. */
export function listOwnChannels(call: Call): Reply {
  const { world, user, params } = call;
  if (idParam(params, 'user_id') !== user.id || params['team_id'] !== world.team.id) throw refusal('api.context.permissions.app_error');
  const own = [...world.channelsById.values()].filter((channel) => channel.memberIds.has(user.id) && channel.archivedAt === 0);
  return { status: 200, body: own.map((channel) => wireChannel(world, channel)) };
}

/** `GET /channels/{id}/members`. */
export function listMembers(call: Call): Reply {
  const channel = memberChannel(call);
  return { status: 200, body: [...channel.memberIds].map((userId) => wireMember(channel, userId)) };
}

/** `GET /channels/{id}/members/{user}`, `me` included: 403 for who is not a member. */
export function getMember(call: Call): Reply {
  const channel = memberChannel(call);
  const userId = idParam(call.params, 'user_id');
  if (!channel.memberIds.has(userId)) throw refusal('app.channel.get_member.missing.app_error', { status: 404 });
  return { status: 200, body: wireMember(channel, userId) };
}

/** `POST /channels/{id}/members`: anybody of the team may join a public channel, only a member adds to a private one. */
export function addMember(call: Call): Reply {
  const body = firstJsonValue(call.body);
  const userId = isObject(body) && typeof body['user_id'] === 'string' ? body['user_id'] : '';
  const channel = call.world.channelsById.get(idParam(call.params, 'channel_id'));
  const joinsPublic = channel?.type === 'O' && mayRead(call.world, call.user, channel);
  if (channel === undefined || !(joinsPublic || isMember(call.user, channel))) throw refusal('api.context.permissions.app_error');
  channel.memberIds.add(userId);
  return { status: 201, body: wireMember(channel, userId) };
}

/** `POST /channels/direct`: the same channel for the same two users, made when it does not exist yet. */
export function directChannel(call: Call): Reply {
  const ids: unknown = firstJsonValue(call.body);
  if (!Array.isArray(ids) || ids.length !== 2) throw refusal('api.context.invalid_body_param.app_error', { what: 'user_ids' });
  const [first, second] = ids.map(String).sort();
  if (first === undefined || second === undefined || !call.world.usersById.has(first) || !call.world.usersById.has(second)) {
    throw refusal('api.context.invalid_body_param.app_error', { what: 'user_id' });
  }
  if (!call.user.isAdmin && call.user.id !== first && call.user.id !== second) throw refusal('api.context.permissions.app_error');
  if (call.world.directRestricted && !call.user.isAdmin) throw refusal('api.channel.create_channel.direct_channel.team_restricted_error');
  return { status: 201, body: wireChannel(call.world, directOf(call.world, first, second)) };
}

function directOf(world: World, first: string, second: string): Channel {
  const known = [...world.channelsById.values()].find(
    (channel) => channel.type === 'D' && channel.memberIds.has(first) && channel.memberIds.has(second),
  );
  if (known !== undefined) return known;
  const seed = { id: world.newId(), name: `${first}__${second}`, displayName: '', type: 'D' as const, memberIds: [first, second] };
  const channel = channelOf(seed, world.clock.now());
  world.channelsById.set(channel.id, channel);
  return channel;
}

function readable(call: Call, channel: Channel | undefined): Channel {
  if (channel === undefined) throw refusal('app.channel.get.existing.app_error');
  if (!mayRead(call.world, call.user, channel)) throw refusal('api.context.permissions.app_error');
  return channel;
}

function memberChannel(call: Call): Channel {
  const channel = call.world.channelsById.get(idParam(call.params, 'channel_id'));
  if (!isMember(call.user, channel)) throw refusal('api.context.permissions.app_error');
  return channel;
}

function wireChannel(world: World, channel: Channel): Record<string, unknown> {
  return {
    id: channel.id,
    create_at: channel.createdAt,
    update_at: channel.updatedAt,
    delete_at: channel.archivedAt,
    team_id: channel.type === 'D' ? '' : world.team.id,
    type: channel.type,
    display_name: channel.displayName,
    name: channel.name,
    header: '',
    purpose: '',
    last_post_at: channel.lastPostAt,
    total_msg_count: channel.postCount,
    props: null,
  };
}

function wireMember(channel: Channel, userId: string): Record<string, unknown> {
  return { channel_id: channel.id, user_id: userId, roles: 'channel_user', scheme_user: true, scheme_guest: false, scheme_admin: false };
}
