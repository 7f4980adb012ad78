// Finds the channel of each box, and the channels that may contain old posts, by configuration and connection.

import type { Placement } from '../boxes/board/box-entry.ts';
import type { Config } from '../config/config.ts';
import type { RequestBudget } from '../boxes/publish/request-budget.ts';
import type { Clock } from '../core/clock.ts';
import type { TurnTree } from '../core/session.ts';
import type { Chat } from './chat.ts';
import { createPlacement, queued, type RoutePorts } from '../boxes/placement/placement.ts';
import { type Asker, FairQueue } from '../boxes/placement/fair-queue.ts';

const RECENT_MS = 2 * 3_600_000; // one hour is searched for open posts, but a server may report a channel's last post from its cache

/** The ports of the board about places. */
interface Placer {
  place(tree: TurnTree): Promise<Placement>;
  hurry(asker: Asker): void;
}

export interface PlacerParts {
  chat: Chat;
  clock: Clock;
  budget: RequestBudget;
  routes: RoutePorts;
}

/**
 * Finds places within the budget of requests. Waits for the connection: before it, neither the default channel nor our account is known.
 */
export function placerOf(config: Config, { chat, clock, budget, routes }: PlacerParts): Placer {
  const { placement, channels, direct, defaultChannelDirect } = config;
  const queue = new FairQueue(clock, budget);
  const place = async (tree: TurnTree): Promise<Placement> => {
    await chat.whenConnected;
    const defaultChannelId = chat.connected()?.defaultChannelId;
    const isExpensive = (replies: number): boolean => chat.isExpensive(replies);
    const options = {
      placement,
      channels,
      direct,
      defaultChannelDirect,
      isExpensive,
      routes,
      ...(defaultChannelId === undefined ? {} : { defaultChannelId }),
    };
    const asker = { agent: tree.session.gateway ?? tree.session.agentId, boxId: tree.turn.boxId };
    const directory = queued(chat.directory, () => queue.wait(asker));
    return createPlacement(directory, options, clock)(tree);
  };
  return {
    place: (tree) => place(tree).finally(() => queue.done(tree.turn.boxId)),
    hurry: (asker) => queue.hurry(asker),
  };
}

/** Channels in which an earlier process may have left posts. Throws `PushError`. */
export async function likelyChannels(chat: Chat, startedAt: number): Promise<string[]> {
  const defaultChannelId = chat.connected()?.defaultChannelId;
  const recent = await chat.directory.recentChannels(startedAt - RECENT_MS);
  return defaultChannelId === undefined ? recent : [defaultChannelId, ...recent];
}
