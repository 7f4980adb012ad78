// Says for each known session where its box goes, and why: by its rule, its conversation or DEFAULT_CHANNEL. Pure; asks no server.

import type { BoxEntry } from '../boxes/board/box-entry.ts';
import type { Config } from '../config/config.ts';
import { channelText } from '../config/name-forms.ts';
import type { Route } from '../core/event.ts';
import { homeOf, isPublic } from '../core/home.ts';
import { openclawAddress, ruleFor, ruleText, targetText, unrouted } from '../core/route-rule.ts';
import { type Session, sessionTag } from '../core/session.ts';
import { fingerprint } from '../core/turn.ts';
import type { StoredSession } from '../store/session-store.ts';

export type PlaceSettings = Pick<Config, 'routes' | 'defaultChannel' | 'defaultChannelDirect' | 'direct'>;

/**
 * One sentence for each session of its own, and for each of the `addresses` that no such session has. Sub-agents are in the boxes of
 * others.
 */
export function explainPlaces(stored: readonly StoredSession<BoxEntry>[], addresses: readonly string[], config: PlaceSettings): string[] {
  const own = stored.map(({ session }) => session).filter((session) => session.isSubAgent !== true && session.parentKey === undefined);
  const known = new Set(own.map(({ address }) => address));
  const others = addresses.filter((address) => !known.has(address));
  return [
    ...own.map((session) => `${nameOf(session)} goes ${placeOf(session, config)}`),
    ...others.map((address) => `${address} goes ${placeByRule(address, config)}`),
  ].toSorted();
}

/** By the tag in its box; else by its key, hashed as in `/health`, since keys contain ids of people. */
function nameOf({ agentId, address, key, sessionId }: Session): string {
  return `${address ?? openclawAddress(agentId)}, session ${(address === undefined ? '' : sessionTag(sessionId)) || fingerprint(key)},`;
}

function placeOf(session: Session, config: PlaceSettings): string {
  if (session.address !== undefined) return placeByRule(session.address, config);
  const turn = session.turns.at(-1);
  return byHome(turn === undefined ? session.route : homeOf(turn), openclawAddress(session.agentId), config);
}

function placeByRule(address: string, config: PlaceSettings): string {
  return byRule(address, config) ?? `nowhere: ${unrouted(address)}`;
}

function byRule(address: string, { routes = [] }: PlaceSettings): string | undefined {
  const rule = ruleFor(routes, address);
  return rule === undefined ? undefined : `to ${targetText(rule.target)}, by the rule ${ruleText(rule)}`;
}

function byHome(home: Route | undefined, address: string, config: PlaceSettings): string {
  switch (home?.kind) {
    case 'channel':
      return `to its conversation in channel ${home.channelId}`;
    case 'direct':
      return config.direct === 'own'
        ? 'to its direct conversation or our direct channel with that person, by DIRECT=own'
        : 'to its direct conversation, if the account is in it; DIRECT=off allows no other place';
    case 'elsewhere':
    case undefined:
      return isPublic(home?.audience ?? 'unknown') ? publicly(address, config) : privately(config);
    default:
      return home satisfies never;
  }
}

function publicly(address: string, config: PlaceSettings): string {
  const { defaultChannel } = config;
  const otherwise =
    defaultChannel === undefined ? 'nowhere: DEFAULT_CHANNEL is not set' : `to ${channelText(defaultChannel)}, by DEFAULT_CHANNEL`;
  return byRule(address, config) ?? otherwise;
}

function privately({ defaultChannel, defaultChannelDirect }: PlaceSettings): string {
  if (defaultChannel !== undefined && defaultChannelDirect) return `to ${channelText(defaultChannel)}, by DEFAULT_CHANNEL_DIRECT`;
  return 'nowhere: it is private, or nothing proves that it is public, and then no rule of ROUTES counts';
}
