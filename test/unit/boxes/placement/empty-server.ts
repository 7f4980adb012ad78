// A server on which nobody wrote anything, and a watcher with a channel for what is public: what goes there was judged to be.

import type { ChannelDirectory, PlacementOptions } from '../../../../src/boxes/placement/placement.ts';

export const HOME: PlacementOptions = {
  placement: 'channel',
  channels: { allow: [], deny: [] },
  direct: 'off',
  defaultChannelId: 'home',
  defaultChannelDirect: false,
};

/** Every post that is asked for is the first of its thread, in that channel. */
export function emptyServer(channelId = ''): ChannelDirectory {
  return {
    namesOfChannel: async () => [],
    directChannelWith: async (userId) => `dm-${userId}`,
    isMember: async () => false,
    hasPostBy: async () => false,
    threadReplies: async () => 0,
    rootOf: async (rootId) => ({ rootId, channelId }),
  };
}
