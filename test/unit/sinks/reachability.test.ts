// What requests tell of the server, and what those do not that were never sent.

import { describe, expect, it } from 'vitest';
import { withReachability } from '../../../src/sinks/resilience/reachability.ts';
import { createMattermostSink } from '../../../src/sinks/mattermost/mattermost.ts';
import { withRateGate } from '../../../src/sinks/mattermost/rate-gate.ts';
import { FakeClock } from '../../support/clock.ts';

function setUp(blockedUntil?: (now: number) => number) {
  const clock = new FakeClock();
  const limited = async () => ({ status: 429, headers: {}, retryAfterMs: 60_000, body: '' });
  const disk = { blockedUntil: () => blockedUntil?.(clock.now()), setBlockedUntil: () => undefined };
  const watched = withReachability(createMattermostSink({ transport: withRateGate(limited, clock, disk), userId: () => 'me' }), clock);
  return { clock, watched, ask: () => expect(watched.probe()).rejects.toMatchObject({ reason: 'rate_limited' }) };
}

describe('a server that is reached', () => {
  it('has answered when it asked us to wait, and has not when a request was held back for that', async () => {
    const { clock, watched, ask } = setUp();
    await ask();
    const answered = { reach: { state: 'reached' }, lastSuccessAt: clock.now() };
    expect(watched.facts()).toEqual(answered);
    await clock.advance(30_000);
    await ask();
    expect(watched.facts()).toEqual(answered);
  });

  it('is not one that an earlier process was asked by to wait', async () => {
    const { watched, ask } = setUp((now) => now + 9_000);
    await ask();
    expect(watched.facts()).toEqual({ reach: { state: 'unknown' }, lastSuccessAt: undefined });
  });
});
