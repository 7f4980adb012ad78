// Decides where a turn belongs and who may read it, from its routes, its trigger and all sources. Pure.

import type { Audience, Route, Trigger } from './event.ts';

export const DISPUTED: Route = { kind: 'elsewhere', audience: 'disputed' };
/** As private as `disputed`, but any route that is found replaces it. */
export const UNKNOWN: Route = { kind: 'elsewhere', audience: 'unknown' };

/**
 * The one place whose readers may read the turn: its route, if the line that set it going agrees with it. `undefined`: not known yet,
 * which is as private as `unknown`.
 */
export function homeOf({ route, trigger }: { route?: Route; trigger: Trigger }): Route | undefined {
  switch (route?.kind) {
    case undefined:
      return undefined;
    case 'channel':
      if (chatOf(trigger) === 'direct') return DISPUTED;
      if (route.otherwise === undefined || isFromMattermost(trigger)) return route;
      return { kind: 'elsewhere', audience: audienceOf(route.otherwise, trigger) };
    case 'direct':
      if (chatOf(trigger) === 'group') return DISPUTED;
      return route.moves !== true || isOf(trigger, route.userId) ? route : { kind: 'elsewhere', audience: 'direct' };
    case 'elsewhere':
      return { kind: 'elsewhere', audience: audienceOf(route.audience, trigger) };
    default:
      return route satisfies never;
  }
}

/** Whether everybody may read it. Only then it may fall back to a channel. */
export function isPublic(audience: Audience): boolean {
  return audience === 'public' || audience === 'own';
}

function audienceOf(audience: Audience, trigger: Trigger): Audience {
  if (isPublic(audience) && chatOf(trigger) === 'direct') return 'disputed';
  return audience === 'own' && !isOwn(trigger) ? 'unknown' : audience;
}

/** No person's chat is behind it. Behind an unknown trigger there may be one. */
function isOwn({ kind }: Trigger): boolean {
  return kind === 'operator' || kind === 'schedule' || kind === 'heartbeat';
}

function chatOf(trigger: Trigger): 'direct' | 'group' | undefined {
  return trigger.kind === 'person' ? trigger.chat : undefined;
}

/** Posts and persons of Mattermost have ids that no other messenger's have. */
function isFromMattermost(trigger: Trigger): boolean {
  return trigger.kind === 'person' && (trigger.postId !== undefined || trigger.userId !== undefined);
}

/** Several people share the session, so the line itself must name this person. */
function isOf(trigger: Trigger, userId: string | undefined): boolean {
  return trigger.kind === 'person' && trigger.userId !== undefined && trigger.userId === userId;
}

/** The route that two sources agree on; `newer` came last. It is disputed when only one of them calls it direct. */
export function agreed(older: Route, newer: Route): Route {
  if (older.kind === 'elsewhere') return newer.kind === 'elsewhere' ? bothElsewhere(older, newer) : oneElsewhere(older.audience, newer);
  if (newer.kind === 'elsewhere') return oneElsewhere(newer.audience, older);
  if (older.kind !== newer.kind) return DISPUTED;
  return older.kind === 'direct' && newer.kind === 'direct' ? samePerson(older, newer) : newer;
}

type Elsewhere = Extract<Route, { kind: 'elsewhere' }>;
type Place = Exclude<Route, Elsewhere>;
type Direct = Extract<Route, { kind: 'direct' }>;

function bothElsewhere({ audience: older }: Elsewhere, { audience: newer }: Elsewhere): Route {
  if (older === newer || older === 'unknown') return { kind: 'elsewhere', audience: newer };
  if (newer === 'unknown') return { kind: 'elsewhere', audience: older };
  return isPublic(older) && isPublic(newer) ? { kind: 'elsewhere', audience: 'own' } : DISPUTED;
}

/** When a place moves, nobody knows which of the two messages came last. The place of a scheduled job does not move. */
function oneElsewhere(audience: Audience, place: Place): Route {
  if (audience === 'unknown') return place;
  if (audience === 'disputed') return DISPUTED;
  if (place.kind === 'channel') return audience === 'direct' ? DISPUTED : place;
  if (place.moves !== true) return place;
  return audience === 'direct' ? { kind: 'elsewhere', audience: 'direct' } : DISPUTED;
}

/** Only a gateway knows the channel of a direct conversation. */
function samePerson(older: Direct, newer: Direct): Route {
  if (older.userId !== newer.userId) return { kind: 'elsewhere', audience: 'direct' };
  const channelId = newer.channelId ?? older.channelId;
  return channelId === undefined ? newer : { ...newer, channelId };
}

/** `isFirst`: it is the first route of the session from its source. */
interface RouteChange {
  isScheduled: boolean;
  isFirst: boolean;
}

/**
 * The route of a running turn after its session's has become `now`. It is frozen at the turn's start, with three exceptions. An unknown
 * route may become known. The place of a scheduled job may come late. A turn that turns out to be direct is shown no longer.
 */
export function routeAfter(frozen: Route | undefined, now: Route, { isScheduled, isFirst }: RouteChange): Route {
  if (frozen === undefined || (isUnknown(frozen) && isFirst) || (isDisputed(frozen) && isDirect(now))) return now;
  if (isScheduled && frozen.kind === 'elsewhere' && isPublic(frozen.audience) && now.kind !== 'elsewhere') return now;
  return contradicts(frozen, now) && isDirect(now) ? DISPUTED : frozen;
}

/** Whether the new route contradicts the known one: only one of them is direct. */
export function contradicts(known: Route, now: Route): boolean {
  return isDirect(known) !== isDirect(now) && !isUnknown(known) && !isUnknown(now);
}

function isDirect(route: Route): boolean {
  return route.kind === 'direct' || (route.kind === 'elsewhere' && (route.audience === 'direct' || route.audience === 'disputed'));
}

function isDisputed(route: Route): boolean {
  return route.kind === 'elsewhere' && route.audience === 'disputed';
}

function isUnknown(route: Route): boolean {
  return route.kind === 'elsewhere' && route.audience === 'unknown';
}
