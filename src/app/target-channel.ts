// Finds the channel of each box, and the channels that may contain old posts, by configuration and connection.

import type { Placement } from '../boxes/board/board.ts';
import { budgetLimits } from '../boxes/publish/budget.ts';
import type { Config } from '../config/config.ts';
import type { Clock } from '../core/clock.ts';
import type { TurnTree } from '../core/session.ts';
import type { Chat } from './chat.ts';
import { createPlacement, queued } from '../boxes/placement/placement.ts';
import { FairQueue } from '../boxes/placement/fair-queue.ts';

const RECENT_MS = 2 * 3_600_000; // one hour is searched for open posts, but a server may report a channel's last post from its cache

const SHARE_OF_LOOKS = 0.5; // of the request rate: finding channels must not delay the pushes of boxes

/**
 * The `place` port of the board. Waits for the connection: before it, neither the default channel nor our account is known.
 * `charge` is called for each request to the server, which counts in the budget.
 */
export function placerOf(config: Config, chat: Chat, clock: Clock, charge: () => void): (tree: TurnTree) => Promise<Placement> {
  const { placement, channels, direct, defaultChannelDirect, editsPerSecond } = config;
  const queue = new FairQueue(clock, budgetLimits(editsPerSecond.perSecond * SHARE_OF_LOOKS, editsPerSecond.burst));
  return async (tree) => {
    await chat.whenConnected;
    const defaultChannelId = chat.connected()?.defaultChannelId;
    const isExpensive = (replies: number): boolean => chat.isExpensive(replies);
    const options = {
      placement,
      channels,
      direct,
      defaultChannelDirect,
      isExpensive,
      ...(defaultChannelId === undefined ? {} : { defaultChannelId }),
    };
    const directory = queued(chat.directory, () => queue.wait(tree.session.agentId).then(charge));
    return createPlacement(directory, options, clock)(tree);
  };
}

/** Channels in which an earlier process may have left posts. Throws `PushError`. */
export async function likelyChannels(chat: Chat, startedAt: number): Promise<string[]> {
  const defaultChannelId = chat.connected()?.defaultChannelId;
  const recent = await chat.directory.recentChannels(startedAt - RECENT_MS);
  return defaultChannelId === undefined ? recent : [defaultChannelId, ...recent];
}
