// Ties placement and the search for old posts to the configuration and the connection.

import type { Placement } from '../boxes/board/board.ts';
import { budgetLimits } from '../boxes/publish/budget.ts';
import type { Config } from '../config/config.ts';
import type { Clock } from '../core/clock.ts';
import type { TurnTree } from '../core/session.ts';
import type { Chat } from './chat.ts';
import { createPlacement, inTurn } from './placement.ts';
import { Turns } from './turns.ts';

const RECENT_MS = 2 * 3_600_000; // an hour is looked through for open posts; a server may tell a channel's last post from its cache

const SHARE_OF_LOOKS = 0.5; // of the rate: where boxes belong must not keep them from being told

/**
 * The `place` port of the board. Waits for the connection: until then nobody knows the default channel, nor whose post it would be.
 * `charge` is called for each look at the server, which is one of the requests that have a budget.
 */
export function placerOf(config: Config, chat: Chat, clock: Clock, charge: () => void): (tree: TurnTree) => Promise<Placement> {
  const { placement, channels, direct, defaultChannelDirect, editsPerSecond } = config;
  const turns = new Turns(clock, budgetLimits(editsPerSecond.perSecond * SHARE_OF_LOOKS, editsPerSecond.burst));
  return async (tree) => {
    await chat.whenConnected;
    const defaultChannelId = chat.connected()?.defaultChannelId;
    const isDear = (replies: number): boolean => chat.isDear(replies);
    const options = {
      placement,
      channels,
      direct,
      defaultChannelDirect,
      isDear,
      ...(defaultChannelId === undefined ? {} : { defaultChannelId }),
    };
    const directory = inTurn(chat.directory, () => turns.next(tree.session.agentId).then(charge));
    return createPlacement(directory, options, clock)(tree);
  };
}

/** Channels in which an earlier process may have left posts. Throws `PushError`. */
export async function likelyChannels(chat: Chat, startedAt: number): Promise<string[]> {
  const defaultChannelId = chat.connected()?.defaultChannelId;
  const recent = await chat.directory.recentChannels(startedAt - RECENT_MS);
  return defaultChannelId === undefined ? recent : [defaultChannelId, ...recent];
}
