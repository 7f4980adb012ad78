// Finds where a session's conversation takes place and who reads it, from its key and its row. The order of the checks protects privacy. Pure.

import type { Audience, Route } from '../../../core/event.ts';
import { DISPUTED } from '../../../core/home.ts';
import type { IndexEntry } from './index-entry.ts';
import { type KeyMeaning, readKey } from './session-key.ts';

/**
 * A route and its evidence. `key` never changes during a session's life; `delivery` is where the last message went and may change with
 * any message; `none` means that nothing names a messenger.
 */
export interface RouteFinding {
  /** `undefined`: there is no row, and the key alone proves nothing. */
  route: Route | undefined;
  basis: 'key' | 'delivery' | 'none';
}

/** The part of a row that matters here. */
export type Evidence = Pick<IndexEntry, 'delivery' | 'audience'>;

const ID = /^[a-z0-9]+$/;
const MAX_DEPTH = 16;

/** The route of one session. No index has the channel id of a direct message, only the person's id. */
export function routeOf(key: string, row: Evidence | undefined): RouteFinding {
  const meaning = readKey(key);
  const isDisputed = meaning.kind === 'direct' ? isGroup(row) : row?.audience === 'direct' || row?.audience === 'disputed';
  switch (meaning.kind) {
    case 'channel':
      return { route: isDisputed ? DISPUTED : channelRoute(meaning.channelId, meaning.rootId), basis: 'key' };
    case 'direct':
      return { route: isDisputed ? DISPUTED : directRoute(meaning, row), basis: 'key' };
    case 'group':
      return isDisputed ? { route: DISPUTED, basis: 'key' } : groupRoute(row);
    case 'schedule':
      return row === undefined ? elsewhere('public', 'none') : rowRoute(row, 'public', false);
    case 'main':
      return row === undefined ? { route: undefined, basis: 'none' } : rowRoute(row, 'own', true);
    case 'nothing':
      return row === undefined ? { route: undefined, basis: 'none' } : rowRoute(row, 'unknown', true);
    default:
      return meaning satisfies never;
  }
}

/** A sub-agent at any depth has the route of the session that spawned the first one; other sessions as in `routeOf`. */
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

function isGroup(row: Evidence | undefined): boolean {
  return row?.audience === 'group' || row?.audience === 'disputed';
}

/** We can only use ids of persons in Mattermost. */
function directRoute({ messenger, userId }: Extract<KeyMeaning, { kind: 'direct' }>, row: Evidence | undefined): Route {
  const isHere = (messenger ?? row?.delivery.messenger) === 'mattermost';
  return isHere && userId !== undefined ? { kind: 'direct', userId } : { kind: 'elsewhere', audience: 'direct' };
}

/** A group of another messenger whose last message went to Mattermost. */
function groupRoute(row: Evidence | undefined): RouteFinding {
  const channel = row === undefined ? undefined : mattermostChannel(row, 'public');
  return channel === undefined ? elsewhere('public', 'key') : { route: channel, basis: 'delivery' };
}

/** The key proves only `base`. `moves`: several conversations may share the session, and the row describes the last one. */
function rowRoute(row: Evidence, base: Audience, moves: boolean): RouteFinding {
  const { messenger } = row.delivery;
  const basis = messenger === undefined ? 'none' : 'delivery';
  switch (row.audience) {
    case 'disputed':
      return elsewhere('disputed', basis);
    case 'direct':
      return { route: mattermostPerson(row, moves) ?? { kind: 'elsewhere', audience: 'direct' }, basis };
    case 'operator':
      return elsewhere('own', basis);
    case 'group':
      return { route: mattermostChannel(row, moves ? base : undefined) ?? { kind: 'elsewhere', audience: ofGroup(base) }, basis };
    case 'unclear':
      return elsewhere('unknown', basis);
    case 'nothing':
      return elsewhere(base, basis);
    default:
      return row.audience satisfies never;
  }
}

/** The agent's own session stays its own, no matter which group wrote last. */
function ofGroup(base: Audience): Audience {
  return base === 'own' ? 'own' : 'public';
}

function mattermostChannel({ delivery }: Evidence, otherwise: Audience | undefined): Route | undefined {
  const [kind, id = ''] = delivery.to?.split(':') ?? [];
  if (delivery.messenger !== 'mattermost' || kind !== 'channel' || !ID.test(id)) return undefined;
  return { ...channelRoute(id, delivery.threadId), ...(otherwise === undefined ? {} : { otherwise }) };
}

function mattermostPerson({ delivery }: Evidence, moves: boolean): Route | undefined {
  const [kind, userId = ''] = delivery.to?.split(':') ?? [];
  if (delivery.messenger !== 'mattermost' || kind !== 'user' || !ID.test(userId)) return undefined;
  return { kind: 'direct', userId, ...(moves ? { moves: true } : {}) };
}

function elsewhere(audience: Audience, basis: RouteFinding['basis']): RouteFinding {
  return { route: { kind: 'elsewhere', audience }, basis };
}

function channelRoute(channelId: string, rootId: string | undefined): Extract<Route, { kind: 'channel' }> {
  return rootId !== undefined && ID.test(rootId) ? { kind: 'channel', channelId, rootId } : { kind: 'channel', channelId };
}
