import { describe, expect, it } from 'vitest';
import { Intake } from '../../../src/app/intake.ts';
import { FakeClock } from '../../support/clock.ts';

const LIMITS = { most: 12, kept: 2 };

/** What a source says of a session before anything else. The key is a name and nothing more. */
const seen = (key: string) => ({ type: 'session_seen', sessionKey: key, agentId: key.split('/')[0] ?? '' }) as const;

function start() {
  const clock = new FakeClock();
  const held = new Set<string>();
  const intake = new Intake(clock, () => [...held], LIMITS);
  const begin = (key: string): boolean => {
    intake.admits(seen(key));
    const isIn = intake.admits({ type: 'turn_started', sessionKey: key });
    if (isIn) held.add(key);
    return isIn;
  };
  const beginMany = (agent: string, count: number): number =>
    Array.from({ length: count }, (_, index) => begin(`${agent}/s${index}`)).filter(Boolean).length;
  return { clock, held, intake, begin, beginMany };
}

describe('sessions by the thousand', () => {
  it('of one agent are taken in up to a limit that leaves room for others', () => {
    const { beginMany, intake } = start();
    expect(beginMany('hostile', 20_000)).toBe(10);
    expect(intake.facts()).toEqual({ turnedAway: 19_990, agent: 'hostile' });
    expect(beginMany('good', 2)).toBe(2);
    expect(beginMany('late', 1)).toBe(0);
  });

  it('go on being watched once they are, also while others are turned away', () => {
    const { beginMany, intake } = start();
    beginMany('hostile', 100);
    for (const type of ['message', 'run_ended', 'tool_started'] as const)
      expect(intake.admits({ type, sessionKey: 'hostile/s0' })).toBe(true);
    expect(intake.admits({ type: 'message', sessionKey: 'hostile/s50' })).toBe(false);
  });

  it('are taken in as soon as there is room, and health forgets the flood after a minute', async () => {
    const { clock, held, begin, beginMany, intake } = start();
    beginMany('hostile', 100);
    held.clear();
    await clock.advance(1_000);
    expect(begin('hostile/s99')).toBe(true);
    await clock.advance(60_001);
    expect(intake.facts()).toEqual({ turnedAway: 0, agent: undefined });
  });

  it('may always say where they belong: that is told only once', () => {
    const { beginMany, intake } = start();
    beginMany('hostile', 100);
    expect(intake.admits(seen('hostile/s99'))).toBe(true);
    for (let index = 0; index < 60_000; index++) intake.admits(seen(`hostile/x${index}`));
    expect(intake.admits(seen('hostile/more'))).toBe(false);
    expect(intake.admits(seen('hostile/s99'))).toBe(true);
  });
});
