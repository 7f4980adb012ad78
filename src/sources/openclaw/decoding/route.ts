// Pure: where a session's conversation lives and who reads it, from its key and its row. The order of the looks is a rule about privacy.

import type { Audience, Route } from '../../../core/event.ts';
import type { IndexEntry } from './index-entry.ts';
import { type KeySays, readKey } from './session-key.ts';

/**
 * Which evidence gave the route. `key` never changes during a session's life; `delivery` is where the last message went
 * and may change with any message; `none` means that nothing names a messenger.
 */
export interface RouteFinding {
  /** `undefined`: there is no row, and the key alone proves nothing. */
  route: Route | undefined;
  basis: 'key' | 'delivery' | 'none';
}

/** What a row says, as far as it matters here. */
export type Evidence = Pick<IndexEntry, 'delivery' | 'says'>;

export const DISPUTED: Route = { kind: 'elsewhere', audience: 'disputed' };
const ID = /^[a-z0-9]+$/;
const MAX_DEPTH = 16;

/** The route of one session by itself. A direct message's channel id is in no index: only the person's id is known. */
export function routeOf(key: string, row: Evidence | undefined): RouteFinding {
  const says = readKey(key);
  const isDisputed = says.kind === 'direct' ? isGroup(row) : row?.says === 'direct' || row?.says === 'disputed';
  switch (says.kind) {
    case 'channel':
      return { route: isDisputed ? DISPUTED : channelRoute(says.channelId, says.rootId), basis: 'key' };
    case 'direct':
      return { route: isDisputed ? DISPUTED : directRoute(says, row), basis: 'key' };
    case 'group':
      return isDisputed ? { route: DISPUTED, basis: 'key' } : groupRoute(row);
    case 'schedule':
      return row === undefined ? elsewhere('public', 'none') : rowRoute(row, 'public', false);
    case 'main':
      return row === undefined ? { route: undefined, basis: 'none' } : rowRoute(row, 'own', true);
    case 'nothing':
      return row === undefined ? { route: undefined, basis: 'none' } : rowRoute(row, 'unknown', true);
    default:
      return says satisfies never;
  }
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

function isGroup(row: Evidence | undefined): boolean {
  return row?.says === 'group' || row?.says === 'disputed';
}

/** Only Mattermost's own ids of persons mean anything to us. */
function directRoute({ messenger, userId }: Extract<KeySays, { kind: 'direct' }>, row: Evidence | undefined): Route {
  const isHere = (messenger ?? row?.delivery.messenger) === 'mattermost';
  return isHere && userId !== undefined ? { kind: 'direct', userId } : { kind: 'elsewhere', audience: 'direct' };
}

/** A group of another messenger whose last message went to Mattermost. */
function groupRoute(row: Evidence | undefined): RouteFinding {
  const channel = row === undefined ? undefined : mattermostChannel(row, 'public');
  return channel === undefined ? elsewhere('public', 'key') : { route: channel, basis: 'delivery' };
}

/** The key proves no more than `base`; `moves` where every conversation may speak in the session, so that the row is of the last one. */
function rowRoute(row: Evidence, base: Audience, moves: boolean): RouteFinding {
  const { messenger } = row.delivery;
  const basis = messenger === undefined ? 'none' : 'delivery';
  switch (row.says) {
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
      return row.says satisfies never;
  }
}

/** The agent's own session stays its own, whichever group wrote last. */
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
