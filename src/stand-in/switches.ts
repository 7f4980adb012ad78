// Switches for what an operator, an administrator or an outage does to the server without the bot.

import { deletePost } from './write-posts.ts';
import { livePost } from './world.ts';
import type { Channel, User, World } from './world.ts';

/** The switches of one stand-in. They throw on unknown ids, because a test with a wrong id would prove nothing. */
export interface Switches {
  /** Every request that needs the database fails the way a real server's does. */
  database(state: 'up' | 'down'): void;
  revokeToken(token: string): void;
  /** A disabled token may be enabled again, a revoked one may not. */
  disableToken(token: string): void;
  enableToken(token: string): void;
  addToken(token: string, userId: string): void;
  disableUser(userId: string): void;
  enableUser(userId: string): void;
  archiveChannel(channelId: string): void;
  restoreChannel(channelId: string): void;
  addMember(channelId: string, userId: string): void;
  removeMember(channelId: string, userId: string): void;
  /** Also out of all its channels except direct ones. */
  removeFromTeam(userId: string): void;
  /** As `userId` would: a root takes its replies along. */
  deletePost(postId: string, userId: string): void;
  /** Takes `edit_post` from the role of channel members. */
  forbidEditing(forbidden: boolean): void;
  /** Takes `add_reaction` and `remove_reaction` from it. */
  forbidReacting(forbidden: boolean): void;
  /** `RestrictDirectMessage=team`, and nobody shares one. */
  restrictDirect(restricted: boolean): void;
  editTimeLimit(limitMs: number | undefined): void;
}

/** The switches over `world`. */
export function switchesOf(world: World): Switches {
  return {
    database: (state) => {
      world.databaseDown = state === 'down';
    },
    forbidEditing: (forbidden) => {
      world.editingForbidden = forbidden;
    },
    forbidReacting: (forbidden) => {
      world.reactingForbidden = forbidden;
    },
    restrictDirect: (restricted) => {
      world.directRestricted = restricted;
    },
    editTimeLimit: (limitMs) => {
      world.editTimeLimitMs = limitMs;
    },
    deletePost: (postId, userId) => deletePost(world, known(livePost(world, postId), postId), userId),
    ...accountSwitches(world),
    ...channelSwitches(world),
  };
}

function accountSwitches(world: World) {
  const tokenNamed = (token: string) => known(world.tokens.get(token), 'token');
  const user = (userId: string): User => known(world.usersById.get(userId), userId);
  return {
    revokeToken: (token: string) => void world.tokens.delete(tokenNamed(token).token),
    disableToken: (token: string) => void (tokenNamed(token).active = false),
    enableToken: (token: string) => void (tokenNamed(token).active = true),
    addToken: (token: string, userId: string) => void world.tokens.set(token, { token, userId: user(userId).id, active: true }),
    disableUser: (userId: string) => void (user(userId).disabledAt = world.clock.now()),
    enableUser: (userId: string) => void (user(userId).disabledAt = 0),
  };
}

function channelSwitches(world: World) {
  const channel = (channelId: string): Channel => known(world.channelsById.get(channelId), channelId);
  return {
    archiveChannel: (channelId: string) => archive(channel(channelId), world.clock.now(), world.clock.now()),
    restoreChannel: (channelId: string) => archive(channel(channelId), world.clock.now(), 0),
    addMember: (channelId: string, userId: string) => void channel(channelId).memberIds.add(userId),
    removeMember: (channelId: string, userId: string) => void channel(channelId).memberIds.delete(userId),
    removeFromTeam: (userId: string) => {
      world.team.memberIds.delete(userId);
      for (const each of world.channelsById.values()) if (each.type !== 'D') each.memberIds.delete(userId);
    },
  };
}

function archive(channel: Channel, at: number, archivedAt: number): void {
  channel.updatedAt = at;
  channel.archivedAt = archivedAt;
}

function known<T>(found: T | undefined, what: string): T {
  if (found === undefined) throw new Error(`The stand-in knows no ${what}.`);
  return found;
}
