// What the known turns have used, by families of models: people compare those, not versions. Pure.

import type { SessionsByKey } from './session.ts';
import { addUsage, usageOf } from './turn.ts';

export interface Spent {
  /** As titles count them: without what came from a cache. */
  readonly tokens: number;
  readonly costUsd: number;
}

const UNKNOWN = 'unknown';
const LEAST_LETTERS = 3; // `o3` is no family of `o`
const CLAUDE = /\b(opus|sonnet|haiku)\b/;

/** `claude-opus` of `anthropic/claude-opus-4-5-20251101`, `gpt` of `gpt-5.1-codex`. */
export function modelFamily(model: string | undefined): string {
  const name = (model ?? '').slice((model ?? '').lastIndexOf('/') + 1).toLowerCase();
  const tier = CLAUDE.exec(name)?.[1];
  if (tier !== undefined) return `claude-${tier}`;
  const word = /^[a-z]+/.exec(name)?.[0] ?? '';
  return (word.length < LEAST_LETTERS ? name.slice(0, LEAST_LETTERS) : word) || UNKNOWN;
}

/** Of all turns that are not forgotten, sub-agents included; a session counts for the model that it has now. */
export function spentByFamily(sessions: SessionsByKey): Record<string, Spent> {
  const byFamily = Map.groupBy(sessions.values(), ({ model }) => modelFamily(model));
  const sums = [...byFamily].map(([family, ofFamily]) => {
    const usages = ofFamily.flatMap(({ turns }) => turns.map(usageOf));
    const { input, output, cacheWrite, costUsd } = usages.reduce(addUsage, {
      input: 0,
      output: 0,
      cacheRead: 0,
      cacheWrite: 0,
      costUsd: 0,
    });
    return [family, { tokens: input + output + cacheWrite, costUsd }] as const;
  });
  return Object.fromEntries(sums.filter(([, { tokens, costUsd }]) => tokens > 0 || costUsd > 0));
}
