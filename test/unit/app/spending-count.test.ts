import { describe, expect, it } from 'vitest';
import { createSpendingCount } from '../../../src/app/spending-count.ts';
import type { Usage } from '../../../src/core/event.ts';
import { Fold } from '../../../src/core/fold.ts';
import { Counters } from '../../../src/health/counters.ts';

const USED: Usage = { input: 100, output: 20, cacheRead: 5, cacheWrite: 3, costUsd: 0.5 };

/** A fold whose changes are counted. */
function watched(fold = new Fold()) {
  const counters = new Counters();
  const count = createSpendingCount(counters);
  let at = 0;
  const begin = (agentId: string): void => {
    const common = { sessionKey: agentId, source: 'transcripts', at: (at += 1) };
    for (const event of [
      { ...common, type: 'session_seen', agentId },
      { ...common, type: 'turn_started', trigger: { kind: 'person' }, messageId: `asks ${agentId}` },
    ] as const)
      count(fold.apply(event));
  };
  const use = (agentId: string, messageId: string, usage: Partial<Usage> = {}): void =>
    count(
      fold.apply({
        type: 'message',
        messageId,
        stop: 'tools',
        sessionKey: agentId,
        source: 'transcripts',
        at: (at += 1),
        usage: { ...USED, ...usage },
      }),
    );
  return { fold, counters, begin, use };
}

describe('what agents use', () => {
  it('is counted by agent and by what the tokens were', () => {
    const { counters, begin, use } = watched();
    for (const agent of ['main', 'coder']) begin(agent);
    use('main', 'm1');
    use('main', 'm2', { costUsd: 0.25 });
    use('coder', 'm3', { cacheRead: 0, costUsd: 0 });
    expect(counters.by('tokens', 'agent')).toEqual({ main: 256, coder: 123 });
    expect(counters.by('tokens', 'kind')).toEqual({ input: 300, output: 60, cache_read: 10, cache_write: 9 });
    expect(counters.by('cost_usd', 'agent')).toEqual({ main: 0.75 });
  });

  it('is counted once, however often a message is told, and by its larger numbers', () => {
    const { counters, begin, use } = watched();
    begin('main');
    use('main', 'm1');
    use('main', 'm1');
    expect(counters.total('tokens')).toBe(128);
    use('main', 'm1', { output: 50 });
    expect(counters.by('tokens', 'kind')['output']).toBe(50);
  });

  it('by a session that works for a task is counted as its own, and not again as the task’s', () => {
    const { fold, counters, begin, use } = watched();
    for (const agent of ['task', 'coder']) begin(agent);
    fold.apply({ type: 'child_spawned', sessionKey: 'task', source: 'daemon', at: 3, callId: 'w', childKey: 'coder', isWorker: true });
    use('coder', 'm1');
    use('task', 'm2');
    expect(counters.by('tokens', 'agent')).toEqual({ coder: 128 });
  });

  it('before this process is not counted again', () => {
    const earlier = watched();
    earlier.begin('main');
    earlier.use('main', 'm1');
    const later = watched(earlier.fold);
    later.use('main', 'm2');
    expect(later.counters.total('tokens')).toBe(128);
  });

  it('has the names of fifty agents at most, and short ones of one line', () => {
    const { counters, begin, use } = watched();
    for (let agent = 0; agent < 200; agent += 1) {
      begin(`agent\n${agent}${'x'.repeat(200)}`);
      use(`agent\n${agent}${'x'.repeat(200)}`, `m${agent}`);
    }
    const byAgent = counters.by('cost_usd', 'agent');
    expect(Object.keys(byAgent)).toHaveLength(51);
    expect(byAgent['other']).toBe(75);
    for (const name of Object.keys(byAgent)) expect(name).toMatch(/^(?:other|agent \d+x+…)$/);
    expect(Math.max(...Object.keys(byAgent).map((name) => name.length))).toBeLessThanOrEqual(60);
  });
});
