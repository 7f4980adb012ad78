// Tokens are those of the model calls that ended, each once: forks, rewinds, sub-agents and compactions included.

import { describe, expect, it } from 'vitest';
import { asRecord, asText, parseJson } from '../../../../src/core/json-guards.ts';
import { type Recording, recordingsOf } from '../coding-agents/recording.ts';
import { costOf, type Prices } from '../../../../src/core/price.ts';
import { EVERYTHING } from '../coding-agents/running.ts';
import { decoded } from './decoded.ts';

interface Tokens {
  input: number;
  output: number;
}

describe('tokens', () => {
  it.each(recordingsOf('codex-0.171.0').map((recording) => [recording.name, recording] as const))('%s', (_name, recording) => {
    expect(emitted(recording)).toEqual(recorded(recording));
  });

  it.each(recordingsOf('codex-0.134.0').map((recording) => [recording.name, recording] as const))('%s', (_name, recording) => {
    expect(emitted(recording)).toEqual(counted(recording));
  });
});

describe('cost', () => {
  const [recording] = recordingsOf('codex-0.171.0');
  const usages = (prices: Prices) =>
    decoded(recording ?? { logs: () => [] }, EVERYTHING, { costOf: (model, usage) => costOf(prices, model, usage) }).events.flatMap(
      (event) => (event.type === 'message' && event.usage !== undefined ? [event.usage] : []),
    );

  it('is that of the given prices for the model of the turn', () => {
    const found = usages({ 'gpt-*': { input: 1, output: 10, cacheRead: 100, cacheWrite: 0 } });
    expect(found.length).toBeGreaterThan(0);
    for (const { input, output, cacheRead, costUsd } of found)
      expect(costUsd).toBeCloseTo((input + 10 * output + 100 * cacheRead) / 1_000_000, 12);
  });

  it('is not made up for a model without a price', () => {
    const found = usages({ 'other-*': { input: 1, output: 1, cacheRead: 1, cacheWrite: 1 } });
    expect(found.map(({ costUsd }) => costUsd)).toEqual(found.map(() => 0));
  });
});

function emitted(recording: Recording): Tokens {
  const usages = new Map(
    decoded(recording).events.flatMap((event) =>
      event.type === 'message' && event.usage !== undefined ? [[`${event.sessionKey} ${event.messageId}`, event.usage] as const] : [],
    ),
  );
  return sumOf([...usages.values()].map(({ input, cacheRead, cacheWrite, output }) => ({ input: input + cacheRead + cacheWrite, output })));
}

/** What the records say, each response once. */
function recorded(recording: Recording): Tokens {
  const byId = new Map<string, Tokens>();
  for (const { type, payload } of linesOf(recording))
    if (type === 'token_usage_record') byId.set(asText(payload['response_id']) ?? '', tokensOf(payload['usage']));
  return sumOf([...byId.values()]);
}

/** The sums at the end of each thread, without what a fork took over. */
function counted(recording: Recording): Tokens {
  const parts = recording.logs().map(([, text]) => {
    const lines = text.trimEnd().split('\n').map(lineOf);
    const start = lines.findLastIndex(({ type }) => type === 'session_meta') > 0 ? firstOwn(lines) : 0;
    const totals = (from: readonly Line[]): Tokens[] =>
      from.flatMap(({ payload }) => (payload['type'] === 'token_count' ? totalIn(payload) : []));
    const [end, base] = [totals(lines).at(-1), totals(lines.slice(0, start)).at(-1)];
    return { input: (end?.input ?? 0) - (base?.input ?? 0), output: (end?.output ?? 0) - (base?.output ?? 0) };
  });
  return sumOf(parts);
}

/** Copied lines all have the time of the fork. */
function firstOwn(lines: readonly Line[]): number {
  const forkedAt = Date.parse(lines[0]?.timestamp ?? '');
  return lines.findIndex(({ timestamp }) => Date.parse(timestamp) - forkedAt > 1_000);
}

function totalIn(payload: Record<string, unknown>): Tokens[] {
  const total = asRecord(payload['info'])?.['total_token_usage'];
  return total === undefined ? [] : [tokensOf(total)];
}

interface Line {
  timestamp: string;
  type: string;
  payload: Record<string, unknown>;
}

function linesOf(recording: Recording): Line[] {
  return recording.logs().flatMap(([, text]) => text.trimEnd().split('\n').map(lineOf));
}

function lineOf(text: string): Line {
  const raw = asRecord(parseJson(text)) ?? {};
  return { timestamp: asText(raw['timestamp']) ?? '', type: asText(raw['type']) ?? '', payload: asRecord(raw['payload']) ?? {} };
}

function tokensOf(value: unknown): Tokens {
  const raw = asRecord(value) ?? {};
  return { input: Number(raw['input_tokens'] ?? 0), output: Number(raw['output_tokens'] ?? 0) };
}

function sumOf(all: readonly Tokens[]): Tokens {
  return all.reduce((sum, { input, output }) => ({ input: sum.input + input, output: sum.output + output }), { input: 0, output: 0 });
}
