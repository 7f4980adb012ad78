import { describe, expect, it } from 'vitest';
import { SessionLimit } from '../../../src/app/session-limit.ts';
import type { SessionEvent } from '../../../src/core/event.ts';
import { Fold } from '../../../src/core/fold.ts';
import { FakeClock } from '../../support/clock.ts';

const LIMITS = { most: 12, kept: 2 };

type Bare = SessionEvent extends infer E ? (E extends SessionEvent ? Omit<E, 'sessionKey' | 'at' | 'source'> : never) : never;

const event = (bare: Bare, sessionKey: string, source = 'transcripts'): SessionEvent => ({ ...bare, sessionKey, at: 0, source });

/** What a source says of a session before anything else. The key is a name and nothing more. */
const seen = (key: string, source?: string) => event({ type: 'session_seen', agentId: key.split('/')[0] ?? '' }, key, source);
const begun = (key: string) => event({ type: 'turn_started', trigger: { kind: 'person' } }, key);

function start() {
  const clock = new FakeClock();
  const held = new Set<string>();
  const fold = new Fold();
  const limit = new SessionLimit(clock, { heldKeys: () => [...held], agentOf: (key) => fold.sessionOf(key).agentId }, LIMITS);
  const give = (given: SessionEvent): SessionEvent[] => {
    const admitted = limit.admit(given);
    for (const each of admitted) fold.apply(each);
    return admitted;
  };
  const admits = (given: SessionEvent): boolean => give(given).length > 0;
  const begin = (key: string): boolean => {
    give(seen(key));
    const isIn = admits(begun(key));
    if (isIn) held.add(key);
    return isIn;
  };
  const beginMany = (agent: string, count: number): number =>
    Array.from({ length: count }, (_, index) => begin(`${agent}/s${index}`)).filter(Boolean).length;
  return { clock, held, fold, limit, give, admits, begin, beginMany };
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
    const { beginMany, admits } = start();
    beginMany('hostile', 100);
    const bares: Bare[] = [{ type: 'compacted' }, { type: 'run_ended', outcome: 'done' }, { type: 'run_started', runId: 'r' }];
    for (const bare of bares) expect(admits(event(bare, 'hostile/s0'))).toBe(true);
    expect(admits(event({ type: 'compacted' }, 'hostile/s50'))).toBe(false);
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
    const { beginMany, admits } = start();
    beginMany('hostile', 100);
    expect(admits(seen('hostile/s99'))).toBe(true);
    for (let index = 0; index < 60_000; index++) admits(seen(`hostile/x${index}`));
    expect(admits(seen('hostile/more'))).toBe(false);
    expect(admits(seen('hostile/s99'))).toBe(true);
  });

  it('that are too many to be introduced are introduced once they do something, by every source', () => {
    const { begin, admits, give, fold } = start();
    for (let index = 0; index < 60_000; index++) admits(seen(`hostile/x${index}`));
    admits(seen('good/late', 'gateway'));
    expect(begin('good/late')).toBe(true);
    expect(fold.sessionOf('good/late')).toMatchObject({ agentId: 'good', toldBy: ['gateway', 'transcripts'] });
    expect(give(begun('good/late')).map(({ type }) => type)).toEqual(['turn_started']);
  });

  it('do not make those nameless that were introduced long before them', () => {
    const { admits, held, limit } = start();
    admits(seen('good/old'));
    for (let index = 0; index < 60_000; index++) admits(seen(`hostile/x${index}`));
    for (let index = 0; index < 100; index++) if (admits(begun(`hostile/x${index}`))) held.add(`hostile/x${index}`);
    expect(limit.facts()).toEqual({ turnedAway: 90, agent: 'hostile' });
    expect(admits(begun('good/old'))).toBe(true);
  });
});
