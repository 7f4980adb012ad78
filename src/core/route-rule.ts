// Which rule of `ROUTES` covers a session, by its address. Pure.

import { matchesPattern } from './name-list.ts';
import { NOTHING_VISIBLE, type Visibility } from './source.ts';

/** A channel by id or by the names in its address, or our direct channel with that person. */
export type RouteTarget =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'name'; readonly team: string; readonly channel: string }
  | { readonly kind: 'person'; readonly username: string };

/** What a rule may let people see beside the default (`Visibility`). */
export const ROUTE_SWITCHES = ['commands', 'texts', 'prompts'] as const;

export type RouteSwitch = (typeof ROUTE_SWITCHES)[number];

/** One rule of `ROUTES`. Its pattern names the source and is absolute: `claude-code:/home/dev/shop*`. */
export interface RouteRule {
  readonly pattern: string;
  readonly target: RouteTarget;
  readonly switches: readonly RouteSwitch[];
}

/** The first rule that covers the address. */
export function ruleFor(rules: readonly RouteRule[], address: string): RouteRule | undefined {
  return rules.find(({ pattern }) => matchesPattern(pattern, address));
}

export function visibilityOf(rule: RouteRule | undefined): Visibility {
  if (rule === undefined) return NOTHING_VISIBLE;
  const [commands, texts, prompts] = ROUTE_SWITCHES.map((name) => rule.switches.includes(name));
  return { isRouted: true, commands: commands === true, texts: texts === true, prompts: prompts === true };
}

/** As it is written in `ROUTES`. */
export function targetText(target: RouteTarget): string {
  switch (target.kind) {
    case 'id':
      return target.id;
    case 'name':
      return `${target.team}/${target.channel}`;
    case 'person':
      return `@${target.username}`;
    default:
      return target satisfies never;
  }
}

/** The rule as it is written in `ROUTES`. */
export function ruleText({ pattern, target, switches }: RouteRule): string {
  return [`${pattern}=${targetText(target)}`, ...switches].join('+');
}

/** The address of a session of an OpenClaw agent. */
export function openclawAddress(agentId: string): string {
  return `openclaw:${agentId}`;
}

/** A rule that would show sessions with that address. */
export function ruleToShow(address: string): string {
  return `${address}=team/channel`;
}

/** Why a session with that address gets no box. */
export function unrouted(address: string): string {
  return `no rule of ROUTES covers it; ROUTES=${ruleToShow(address)} would show it there, and =@user in a direct channel`;
}
