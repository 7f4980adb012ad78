// Pure: where a session's conversation lives, from its key and its index entry. The order of the looks is a rule about privacy.

import type { Route } from '../../core/event.ts';
import type { IndexEntry } from './index-entry.ts';
import { isDirectKey } from './session-key.ts';

/**
 * Which evidence gave the route. `key` never changes during a session's life; `delivery` is where the last message went
 * and may change with any message; `none` means that nothing names a messenger.
 */
export interface RouteFinding {
  route: Route;
  basis: 'key' | 'delivery' | 'none';
}

type Evidence = Pick<IndexEntry, 'delivery' | 'chatType'>;

const CHANNEL_KEY = /:mattermost:(?:channel|group):([a-z0-9]+)(?::thread:([a-z0-9]+))?$/;
const DIRECT_KEY = /:mattermost:(?:[^:]+:)?direct:([a-z0-9]+)(?::thread:[a-z0-9]+)?$/;
const PLAIN_DIRECT_KEY = /^agent:[^:]+:direct:([a-z0-9]+)(?::thread:[a-z0-9]+)?$/;
const ID = /^[a-z0-9]+$/;
/** The operator's own page: nobody's private conversation with the agent. */
const OPERATOR_CHANNELS: ReadonlySet<string> = new Set(['webchat', 'cli', 'internal', 'gateway']);
const MAX_DEPTH = 16;

/** The route of one session by itself. A direct message's channel id is in no index: only the person's id is known. */
export function routeOf(key: string, entry: Evidence | undefined): RouteFinding {
  const [, channelId, rootId] = CHANNEL_KEY.exec(key) ?? [];
  if (channelId !== undefined) return { route: channelRoute(channelId, rootId), basis: 'key' };
  const userId = DIRECT_KEY.exec(key)?.[1] ?? (entry?.delivery.messenger === 'mattermost' ? PLAIN_DIRECT_KEY.exec(key)?.[1] : undefined);
  if (userId !== undefined) return { route: { kind: 'direct', userId }, basis: 'key' };
  return routeOfDelivery(key, entry);
}

/** Sub-agents speak where the session that spawned them does, however deep they are; else as `routeOf`. */
export function routeInTree(key: string, entryOf: (key: string) => IndexEntry | undefined): RouteFinding {
  let rootKey = key;
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    const parentKey = entryOf(rootKey)?.parentKey;
    if (parentKey === undefined) break;
    rootKey = parentKey;
  }
  const found = routeOf(rootKey, entryOf(rootKey));
  return rootKey !== key && found.basis === 'none' ? routeOf(key, entryOf(key)) : found;
}

function routeOfDelivery(key: string, entry: Evidence | undefined): RouteFinding {
  const messenger = entry?.delivery.messenger;
  if (entry === undefined || messenger === undefined)
    return { route: { kind: 'elsewhere', direct: isDirectKey(key) || entry?.chatType === 'direct' }, basis: 'none' };
  if (messenger === 'mattermost') return mattermostRoute(key, entry);
  const direct = !OPERATOR_CHANNELS.has(messenger) && isPrivate(key, entry.chatType);
  return { route: { kind: 'elsewhere', direct }, basis: 'delivery' };
}

function mattermostRoute(key: string, { delivery, chatType }: Evidence): RouteFinding {
  const [kind, id = ''] = delivery.to?.split(':') ?? [];
  if (kind === 'channel' && ID.test(id)) return { route: channelRoute(id, delivery.threadId), basis: 'delivery' };
  if (kind === 'user' && ID.test(id)) return { route: { kind: 'direct', userId: id }, basis: 'delivery' };
  return { route: { kind: 'elsewhere', direct: isPrivate(key, chatType) }, basis: 'none' };
}

/** Among people everything that is not clearly a group counts as private. */
function isPrivate(key: string, chatType: string | undefined): boolean {
  if (chatType !== undefined) return chatType === 'direct';
  return isDirectKey(key) || !/:(?:channel|group):/.test(key);
}

function channelRoute(channelId: string, rootId: string | undefined): Route {
  return rootId !== undefined && ID.test(rootId) ? { kind: 'channel', channelId, rootId } : { kind: 'channel', channelId };
}
