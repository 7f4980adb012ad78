import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../../src/core/event.ts';
import { modelFamily, spentByFamily } from '../../../src/core/model-family.ts';
import { asked, at, CHILD, fold } from './scenario.ts';

describe('N-3: what was spent by families of models', () => {
  it.each([
    ['anthropic/claude-opus-4-5-20251101', 'claude-opus'],
    ['claude-3-5-sonnet-20241022', 'claude-sonnet'],
    ['gpt-5.1-codex', 'gpt'],
    ['openrouter/google/gemini-2.5-pro', 'gemini'],
    ['o3-mini', 'o3-'],
    ['', 'unknown'],
    [undefined, 'unknown'],
  ])('%s is of the family %s', (model, family) => expect(modelFamily(model)).toBe(family));

  it('is the sum over all known turns, those of sub-agents included, each message once', () => {
    const used = (seconds: number, sessionKey: string | undefined, input: number, costUsd: number): SessionEvent =>
      at(
        seconds,
        { type: 'message', messageId: `m${seconds}`, stop: 'tools', usage: { input, output: 1, cacheRead: 900, cacheWrite: 2, costUsd } },
        sessionKey,
      );
    const seen = (model: string, sessionKey?: string): SessionEvent => at(0, { type: 'session_seen', agentId: 'main', model }, sessionKey);
    const events = [
      seen('claude-opus-4-5'),
      asked(0),
      used(1, undefined, 10, 0.5),
      used(1, undefined, 10, 0.5),
      used(2, undefined, 20, 0.25),
    ];
    const child = [
      seen('claude-haiku-4-5', CHILD),
      at(1, { type: 'turn_started', trigger: { kind: 'parent' } }, CHILD),
      used(3, CHILD, 5, 0),
    ];
    expect(spentByFamily(fold([...events, ...child]))).toEqual({
      'claude-opus': { tokens: 36, costUsd: 0.75 },
      'claude-haiku': { tokens: 8, costUsd: 0 },
    });
  });
});
