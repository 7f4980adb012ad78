// Reads what model calls used: from records, one per finished call, or from the sums that older versions repeat. Pure.

import type { Usage } from '../../core/event.ts';
import { asNumber, asRecord, asText, type JsonRecord } from '../../core/json-guards.ts';

/** `messageId` is the same for the same call, in whichever file it is written. */
export interface CallUsage {
  messageId: string;
  usage: Usage;
}

/** How full the context is after the newest call. */
export interface ContextUse {
  contextTokens?: number;
  contextWindow?: number;
}

/** The usage of a `token_usage_record`. */
export function usageOfRecord(payload: JsonRecord): CallUsage | undefined {
  const responseId = asText(payload['response_id']);
  const usage = usageOf(payload['usage']);
  return responseId === undefined || usage === undefined ? undefined : { messageId: `usage:${responseId}`, usage };
}

/** Tokens that are read from the cache are among the input, and those of reasoning among the output. */
function usageOf(value: unknown): Usage | undefined {
  const raw = asRecord(value);
  if (raw === undefined) return undefined;
  const count = (name: string): number => Math.max(0, asNumber(raw[name]) ?? 0);
  const [cacheRead, cacheWrite] = [count('cached_input_tokens'), count('cache_write_input_tokens')];
  const input = Math.max(0, count('input_tokens') - cacheRead - cacheWrite);
  return { input, output: count('output_tokens'), cacheRead, cacheWrite, costUsd: 0 };
}

/** The sums of a thread so far. They are repeated unchanged, and a fork begins with those of its parent. */
export class TokenCounts {
  #total: Usage | undefined;

  /** What was used since the sums before; `undefined` when nothing was. */
  next(payload: JsonRecord): CallUsage | undefined {
    const info = asRecord(payload['info']);
    const total = usageOf(info?.['total_token_usage']);
    if (total === undefined) return undefined;
    const since = this.#total === undefined ? usageOf(info?.['last_token_usage']) : differenceOf(total, this.#total);
    this.#total = total;
    if (since === undefined || sumOf(since) === 0) return undefined;
    return { messageId: `usage:${total.input}-${total.cacheRead}-${total.output}`, usage: since };
  }
}

/** Sums that shrink were started anew. */
function differenceOf(total: Usage, before: Usage): Usage {
  const since: Usage = {
    input: total.input - before.input,
    output: total.output - before.output,
    cacheRead: total.cacheRead - before.cacheRead,
    cacheWrite: total.cacheWrite - before.cacheWrite,
    costUsd: 0,
  };
  return since.input < 0 || since.output < 0 || since.cacheRead < 0 ? total : since;
}

function sumOf({ input, output, cacheRead, cacheWrite }: Usage): number {
  return input + output + cacheRead + cacheWrite;
}

/** How full the context is, by a `token_count`. */
export function contextUseOf(payload: JsonRecord): ContextUse {
  const info = asRecord(payload['info']);
  const contextTokens = asNumber(asRecord(info?.['last_token_usage'])?.['total_tokens']);
  const contextWindow = asNumber(info?.['model_context_window']);
  return {
    ...(contextTokens === undefined || contextTokens === 0 ? {} : { contextTokens }),
    ...(contextWindow === undefined ? {} : { contextWindow }),
  };
}
