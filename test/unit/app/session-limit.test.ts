import { describe, expect, it } from 'vitest';
import { SessionLimit } from '../../../src/app/session-limit.ts';
import { FakeClock } from '../../support/clock.ts';

const LIMITS = { most: 12, kept: 2 };

/** What a source says of a session before anything else. The key is a name and nothing more. */
const seen = (key: string) => ({ type: 'session_seen', sessionKey: key, agentId: key.split('/')[0] ?? '' }) as const;

function start() {
  const clock = new FakeClock();
  const held = new Set<string>();
  const limit = new SessionLimit(clock, () => [...held], LIMITS);
  const begin = (key: string): boolean => {
    limit.admits(seen(key));
    const isIn = limit.admits({ type: 'turn_started', sessionKey: key });
    if (isIn) held.add(key);
    return isIn;
  };
  const beginMany = (agent: string, count: number): number =>
    Array.from({ length: count }, (_, index) => begin(`${agent}/s${index}`)).filter(Boolean).length;
  return { clock, held, limit, begin, beginMany };
}

describe('sessions by the thousand', () => {
  it('of one agent are taken in up to a limit that leaves room for others', () => {
    const { beginMany, limit } = start();
    expect(beginMany('hostile', 20_000)).toBe(10);
    expect(limit.facts()).toEqual({ turnedAway: 19_990, agent: 'hostile' });
    expect(beginMany('good', 2)).toBe(2);
    expect(beginMany('late', 1)).toBe(0);
  });

  it('go on being watched once they are, also while others are turned away', () => {
    const { beginMany, limit } = start();
    beginMany('hostile', 100);
    for (const type of ['message', 'run_ended', 'tool_started'] as const)
      expect(limit.admits({ type, sessionKey: 'hostile/s0' })).toBe(true);
    expect(limit.admits({ type: 'message', sessionKey: 'hostile/s50' })).toBe(false);
  });

  it('are taken in as soon as there is room, and health forgets the flood after a minute', async () => {
    const { clock, held, begin, beginMany, limit } = start();
    beginMany('hostile', 100);
    held.clear();
    await clock.advance(1_000);
    expect(begin('hostile/s99')).toBe(true);
    await clock.advance(60_001);
    expect(limit.facts()).toEqual({ turnedAway: 0, agent: undefined });
  });

  it('may always say where they belong: that is told only once', () => {
    const { beginMany, limit } = start();
    beginMany('hostile', 100);
    expect(limit.admits(seen('hostile/s99'))).toBe(true);
    for (let index = 0; index < 60_000; index++) limit.admits(seen(`hostile/x${index}`));
    expect(limit.admits(seen('hostile/more'))).toBe(false);
    expect(limit.admits(seen('hostile/s99'))).toBe(true);
  });
});
