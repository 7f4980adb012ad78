// Users as a bot sees them: itself, one by id or name, several at once.

import { isMember } from './permissions.ts';
import { refusal } from './answer.ts';
import type { Reply } from './answer.ts';
import { idParam } from './route-call.ts';
import type { Call } from './route-call.ts';
import { firstJsonValue, isObject } from './lenient-json.ts';
import type { User } from './world.ts';

/** `GET /users/{id}`, `me` included. */
export function getUser(call: Call): Reply {
  return found(call, call.world.usersById.get(idParam(call.params, 'user_id')));
}

/** `GET /users/username/{name}`. */
export function getUserByName(call: Call): Reply {
  return found(
    call,
    [...call.world.usersById.values()].find((user) => user.username === call.params['username']),
  );
}

/** `POST /users/ids`: the known ones of a list of ids. */
export function usersByIds(call: Call): Reply {
  return several(call, (user) => user.id);
}

/** `POST /users/usernames`: the known ones of a list of names. */
export function usersByNames(call: Call): Reply {
  return several(call, (user) => user.username);
}

/** `POST /users/{id}/typing`: sent to the other members of the channel, stored nowhere. */
export function typing(call: Call): Reply {
  const body = firstJsonValue(call.body);
  const { channel_id: channelId, parent_id: rootId } = isObject(body) ? body : {};
  const channel = call.world.channelsById.get(String(channelId));
  if (!isMember(call.user, channel)) throw refusal('api.context.permissions.app_error');
  const event = { userId: call.user.id, channelId: channel.id, rootId: typeof rootId === 'string' ? rootId : '' };
  for (const listener of call.world.typingListeners) listener(event);
  return { status: 200, body: { status: 'OK' } };
}

function several(call: Call, keyOf: (user: User) => string): Reply {
  const wanted: unknown = firstJsonValue(call.body);
  if (!Array.isArray(wanted) || wanted.length === 0) throw refusal('api.context.invalid_body_param.app_error', { what: 'user_ids' });
  const users = [...call.world.usersById.values()].filter((user) => wanted.includes(keyOf(user)));
  return { status: 200, body: users.map(wireUser) };
}

function found(call: Call, user: User | undefined): Reply {
  if (user === undefined) throw refusal('app.user.missing_account.const');
  const etag = `${call.world.rules.version}.0.${user.id}.${user.createdAt}..0.true.true.0`;
  return { status: 200, body: wireUser(user), headers: { etag } };
}

function wireUser(user: User): Record<string, unknown> {
  const [firstName = '', ...rest] = user.displayName.split(' ');
  return {
    id: user.id,
    create_at: user.createdAt,
    update_at: user.createdAt,
    delete_at: user.disabledAt,
    username: user.username,
    email: `${user.username}@${user.isBot ? 'localhost' : 'example.test'}`,
    nickname: '',
    first_name: firstName,
    last_name: rest.join(' '),
    position: '',
    roles: user.isAdmin ? 'system_admin system_user' : 'system_user',
    locale: 'en',
    // People have no `is_bot` at all.
    ...(user.isBot ? { is_bot: true, bot_description: '' } : {}),
  };
}
