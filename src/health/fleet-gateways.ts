// Judges and describes the gateways of a fleet. Pure.

import type { GatewayHealth } from '../core/source.ts';

/** How a gateway is, for machines and people. */
export interface GatewayReport {
  readonly gateway: string;
  readonly state: 'heard' | 'silent' | 'stopped';
  readonly version?: string;
  readonly boxes?: number;
  /** ISO 8601. */
  readonly silentSince?: string;
}

const MOST_NAMED = 5;

export function reportGateway({ gateway, version, boxes, silentSince, stopped }: GatewayHealth): GatewayReport {
  return {
    gateway,
    state: silentSince !== undefined ? 'silent' : stopped === true ? 'stopped' : 'heard',
    ...(version === undefined ? {} : { version }),
    ...(boxes === undefined ? {} : { boxes }),
    ...(silentSince === undefined ? {} : { silentSince: new Date(silentSince).toISOString() }),
  };
}

/** One sentence for each that is silent, such as `gateway web-1 silent since 14:02 UTC`; of many the first few, and how many more. */
export function silentGateways(gateways: readonly GatewayReport[], now: number): string[] {
  const silent = gateways.flatMap(({ gateway, silentSince }) =>
    silentSince === undefined ? [] : [`gateway ${gateway} silent since ${clockTime(silentSince, now)}`],
  );
  const more = silent.length - MOST_NAMED;
  return more <= 0
    ? silent
    : [...silent.slice(0, MOST_NAMED), more === 1 ? '1 more gateway is silent' : `${more} more gateways are silent`];
}

/** `3 heard, 1 silent`, or nothing where there is no fleet. */
export function gatewayCounts(gateways: readonly Pick<GatewayReport, 'state'>[]): string {
  const countOf = (state: string): number => gateways.filter((gateway) => gateway.state === state).length;
  const counts = ['heard', 'silent', 'stopped'].map((state) => [countOf(state), state] as const);
  return counts.flatMap(([count, state]) => (count === 0 ? [] : [`${count} ${state}`])).join(', ');
}

/** `14:02 UTC`, with its day when that is not today: readers are in several time zones. */
function clockTime(at: string, now: number): string {
  const [day, time] = [at.slice(0, 10), at.slice(11, 16)];
  return day === new Date(now).toISOString().slice(0, 10) ? `${time} UTC` : `${day} ${time} UTC`;
}
