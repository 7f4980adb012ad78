// Tokens and cost as an assistant line reports them.

import type { Usage } from '../../../core/event.ts';
import { asNumber, asRecord } from '../../../core/json-guards.ts';

/** The usage of one model call; undefined for lines of failed or synthetic calls, where everything is zero. */
export function decodeUsage(value: unknown): Usage | undefined {
  const raw = asRecord(value);
  if (raw === undefined) return undefined;
  const usage: Usage = {
    input: amount(raw['input']),
    output: amount(raw['output']),
    cacheRead: amount(raw['cacheRead']),
    cacheWrite: amount(raw['cacheWrite']),
    costUsd: amount(asRecord(raw['cost'])?.['total']),
  };
  return Object.values(usage).some((part) => part > 0) ? usage : undefined;
}

function amount(value: unknown): number {
  return Math.max(0, asNumber(value) ?? 0);
}
