// What a gateway says of itself every few seconds, and for how long that is believed. Pure.

import { asRecord, parseJson } from '../core/json-guards.ts';

/** How often it is said, and after what time without it a gateway counts as silent. */
export const PRESENCE_EVERY_MS = 10_000;
export const PRESENCE_TTL = '30s';

export interface GatewayPresence {
  readonly version: string;
  /** Turns that the gateway tells. */
  readonly boxes: number;
  /** Those whose newest state the bus does not have yet. */
  readonly waiting: number;
  /** Of its records: what it told in an earlier one and does not tell in this one, it knows no more. Absent while it still reads. */
  readonly epoch?: number;
  /** By the gateway's clock, milliseconds since the epoch. */
  readonly at: number;
  /** It was stopped by somebody, and its boxes say so: what comes next is no silence. */
  readonly stopped?: true;
}

const MAX_VERSION = 60;

export function encodePresence(presence: GatewayPresence): string {
  return JSON.stringify(presence);
}

/** Reads what anybody may have written. Never throws. */
export function decodePresence(text: string): GatewayPresence | undefined {
  const { version, boxes, waiting, epoch, at, stopped } = asRecord(parseJson(text)) ?? {};
  if (typeof version !== 'string' || !isCount(boxes) || !isCount(waiting) || !isCount(at)) return undefined;
  return {
    version: version.slice(0, MAX_VERSION),
    boxes,
    waiting,
    at,
    ...(isCount(epoch) ? { epoch } : {}),
    ...(stopped === true ? { stopped } : {}),
  };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
