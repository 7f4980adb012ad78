import { describe, expect, it, onTestFinished } from 'vitest';
import { PushError, type Reason } from '../../../src/core/sink.ts';
import { type BreakerSink, type BreakerState, withBreaker } from '../../../src/sinks/resilience/breaker.ts';
import { createFakeSink, type FakeSink, later, pushThrough } from './fake-sink.ts';
import { FakeClock, settle } from '../../support/clock.ts';

const COOLDOWN_MS = 30_000;

interface Setup {
  clock: FakeClock;
  sink: FakeSink;
  breaker: BreakerSink;
  changes: BreakerState[];
}

function setup(threshold = 3): Setup {
  const clock = new FakeClock();
  const sink = createFakeSink();
  const changes: BreakerState[] = [];
  const breaker = withBreaker(sink, { threshold, cooldownMs: COOLDOWN_MS, clock, onChange: (state) => changes.push(state) });
  onTestFinished(() => breaker.stop());
  return { clock, sink, breaker, changes };
}

async function pushTimes({ breaker }: Setup, times: number): Promise<string[]> {
  const reasons: string[] = [];
  for (let push = 0; push < times; push += 1) reasons.push(await pushThrough(breaker));
  return reasons;
}

async function opened(): Promise<Setup> {
  const opening = setup();
  opening.sink.outcome = 'server';
  opening.sink.health = 'server';
  await pushTimes(opening, 3);
  return opening;
}

/** A breaker that opened and closed while one push of before is still on its way. */
async function closedAgain() {
  const test = setup();
  const slow = later();
  test.sink.outcome = slow.outcome;
  const early = pushThrough(test.breaker);
  test.sink.outcome = 'server';
  await pushTimes(test, 3);
  await test.clock.advance(COOLDOWN_MS);
  test.sink.outcome = 'ok';
  await pushTimes(test, 1);
  return { test, slow, early };
}

describe('a closed breaker', () => {
  it('passes arguments, results and errors of every method through', async () => {
    const { breaker, sink } = setup();
    expect(await breaker.create({ target: { channelId: 'c' }, pendingPostId: 'x', props: {} })).toEqual({ postId: 'p1' });
    expect(await breaker.read('p1')).toBeUndefined();
    expect(await breaker.findOwn('c', 0)).toEqual([]);
    await breaker.probe();
    sink.outcome = 'too_large';
    await expect(breaker.edit('p1', { props: {} })).rejects.toMatchObject({ reason: 'too_large', message: 'said too_large' });
    expect([sink.pushes, sink.probes]).toEqual([4, 1]);
  });

  it('counts the failures of questions beside the sink, and refuses them while it is open', async () => {
    const { breaker } = setup();
    const fail = (): Promise<void> => breaker.pass(() => Promise.reject(new PushError('unreachable', 'nobody there')));
    for (let failure = 1; failure <= 3; failure++) await expect(fail()).rejects.toMatchObject({ reason: 'unreachable' });
    expect(breaker.state()).toBe('open');
    await expect(breaker.pass(async () => 'answer')).rejects.toMatchObject({ reason: 'breaker_open' });
  });

  it.each<Reason>(['timed_out', 'unreachable', 'server'])('opens at the third %s in a row, not before', async (reason) => {
    const test = setup();
    test.sink.outcome = reason;
    expect(await pushTimes(test, 2)).toEqual([reason, reason]);
    expect(test.breaker.state()).toBe('closed');
    expect(await pushTimes(test, 1)).toEqual([reason]);
    expect(test.breaker.state()).toBe('open');
    expect(test.changes).toEqual(['open']);
  });

  it.each<Reason>(['auth', 'rate_limited', 'gone', 'root_gone', 'no_access', 'archived', 'too_large', 'rejected', 'in_progress'])(
    'never opens for %s, and forgets failures because of it',
    async (reason) => {
      const test = setup();
      test.sink.outcome = reason;
      await pushTimes(test, 20);
      for (const outcome of ['server', 'server', reason, 'server', 'server'] as const) {
        test.sink.outcome = outcome;
        await pushTimes(test, 1);
      }
      expect(test.breaker.state()).toBe('closed');
    },
  );

  it('opens for failures that are hours apart, if nothing succeeds in between', async () => {
    const test = setup();
    test.sink.outcome = 'timed_out';
    for (let push = 0; push < 3; push += 1) {
      await pushTimes(test, 1);
      await test.clock.advance(3_600_000);
    }
    expect(test.changes[0]).toBe('open');
  });

  it('counts calls that fail together once, however many they are', async () => {
    const test = setup(2);
    for (const state of ['closed', 'open'] as const) {
      const reset = later();
      test.sink.outcome = reset.outcome;
      const together = Array.from({ length: 5 }, () => pushThrough(test.breaker));
      reset.fail('unreachable');
      expect(await Promise.all(together)).toEqual(Array(5).fill('unreachable'));
      expect(test.breaker.state()).toBe(state);
    }
  });

  it('does not count a push that its caller gave up, nor an error of this program', async () => {
    const test = setup();
    test.sink.outcome = 'timed_out';
    for (let push = 0; push < 9; push += 1) await pushThrough(test.breaker, AbortSignal.abort());
    test.sink.outcome = new Error('a bug');
    expect(await pushTimes(test, 9)).toContain('Error: a bug');
    expect(test.breaker.state()).toBe('closed');
  });

  it('counts failed health checks, but a good one does not outweigh failed edits', async () => {
    const test = setup();
    test.sink.outcome = 'timed_out';
    for (let push = 0; push < 3; push += 1) {
      await pushTimes(test, 1);
      await test.breaker.probe().catch(() => undefined);
    }
    expect(test.breaker.state()).toBe('open');
    const idle = setup();
    idle.sink.health = 'unreachable';
    for (let check = 0; check < 3; check += 1) await expect(idle.breaker.probe()).rejects.toMatchObject({ reason: 'unreachable' });
    expect(idle.breaker.state()).toBe('open');
  });

  it('needs no timers', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const before = timers();
    const test = setup();
    await pushTimes(test, 50);
    expect(timers()).toBe(before);
    expect(test.clock.pending()).toBe(0);
  });
});

describe('an open breaker', () => {
  it('sends nothing and says when the server is asked again', async () => {
    const { breaker, sink, clock } = await opened();
    await clock.advance(500);
    await expect(breaker.edit('p1', { props: {} })).rejects.toMatchObject({ reason: 'breaker_open', retryAfterMs: 1_500 });
    await expect(breaker.probe()).rejects.toMatchObject({ reason: 'breaker_open' });
    expect([sink.pushes, sink.probes]).toEqual([3, 0]);
  });

  it.each(['server', 'unreachable'] as const)(
    'asks every two seconds a server that is %s at once, though nobody pushes',
    async (reason) => {
      const { sink, clock, breaker } = await opened();
      sink.health = reason;
      await clock.advance(1_999);
      expect(sink.probes).toBe(0);
      await clock.advance(1);
      expect(sink.probes).toBe(1);
      await clock.advance(3_600_000);
      expect(sink.probes).toBe(1_801);
      expect(breaker.state()).toBe('open');
    },
  );

  it('asks a silent server ever more rarely, up to once per cool-down, and always waits for one answer', async () => {
    const { sink, clock, breaker } = await opened();
    sink.silent = (timeoutMs) => new Promise((_, reject) => clock.after(timeoutMs, () => reject(new PushError('timed_out', 'nothing'))));
    await clock.advance(2_000);
    const counts: number[] = [];
    for (const seconds of [3.999, 0.001, 7.999, 0.001, 16, 30, 30]) {
      await clock.advance(seconds * 1_000);
      counts.push(sink.probes);
    }
    expect(counts).toEqual([1, 2, 2, 3, 4, 5, 6]);
    await expect(breaker.edit('p1', { props: {} })).rejects.toMatchObject({ reason: 'breaker_open', retryAfterMs: 1_000 });
  });

  it('a silent server that answers at last is healthy from then on, however long that took', async () => {
    for (const stoppedForMs of [3_000, 59_000, 1_000_000]) {
      const { sink, clock, breaker } = await opened();
      const goesOn = Promise.withResolvers<void>();
      sink.silent = (timeoutMs) =>
        Promise.race([
          goesOn.promise,
          new Promise<void>((_, reject) => clock.after(timeoutMs, () => reject(new PushError('timed_out', 'nothing')))),
        ]);
      await clock.advance(stoppedForMs);
      expect(breaker.state()).toBe('open');
      goesOn.resolve();
      await clock.advance(1);
      expect(breaker.state()).toBe('half_open');
    }
  });

  it('waits longer when the probe is told to', async () => {
    const { sink, clock } = await opened();
    sink.health = new PushError('rate_limited', 'slow down', { retryAfterMs: 90_000 });
    await clock.advance(2_000);
    await clock.advance(89_999);
    expect(sink.probes).toBe(1);
    await clock.advance(1);
    expect(sink.probes).toBe(2);
  });

  it('ignores what comes late from before', async () => {
    const test = setup();
    const slow = later();
    test.sink.outcome = slow.outcome;
    const early = pushThrough(test.breaker);
    test.sink.outcome = 'server';
    await pushTimes(test, 3);
    slow.succeed();
    expect(await early).toBe('ok');
    expect(test.breaker.state()).toBe('open');
  });

  it('asks nothing any more once stopped', async () => {
    const { sink, clock, breaker } = await opened();
    breaker.stop();
    await clock.advance(COOLDOWN_MS * 3);
    expect(sink.probes).toBe(0);
    expect(await pushThrough(breaker)).toBe('breaker_open');
  });
});

describe('a half-open breaker', () => {
  async function halfOpen(): Promise<Setup> {
    const test = await opened();
    test.sink.health = 'ok';
    await test.clock.advance(COOLDOWN_MS);
    expect(test.breaker.state()).toBe('half_open');
    return test;
  }

  it('lets one push through at a time, and closes when it succeeds', async () => {
    const test = await halfOpen();
    const trial = later();
    test.sink.outcome = trial.outcome;
    const first = pushThrough(test.breaker);
    await expect(test.breaker.edit('p1', { props: {} })).rejects.toMatchObject({ reason: 'breaker_open', retryAfterMs: 1_000 });
    trial.succeed();
    expect(await first).toBe('ok');
    expect(test.sink.pushes).toBe(4);
    expect(test.changes).toEqual(['open', 'half_open', 'closed']);
  });

  it.each<Reason>(['gone', 'rejected', 'rate_limited', 'no_access'])('closes when the server answers with %s', async (reason) => {
    const test = await halfOpen();
    test.sink.outcome = reason;
    expect(await pushThrough(test.breaker)).toBe(reason);
    expect(test.breaker.state()).toBe('closed');
  });

  it('opens again for two seconds when the push fails, and starts to count anew after it closed', async () => {
    const test = await halfOpen();
    expect(await pushThrough(test.breaker)).toBe('server');
    expect(test.breaker.state()).toBe('open');
    await test.clock.advance(1_999);
    expect(test.sink.probes).toBe(1);
    await test.clock.advance(1);
    test.sink.outcome = 'ok';
    await pushTimes(test, 1);
    test.sink.outcome = 'server';
    await pushTimes(test, 2);
    expect(test.breaker.state()).toBe('closed');
  });

  it('does not close on an error of this program or a push given up', async () => {
    const test = await halfOpen();
    test.sink.outcome = new Error('a bug');
    await pushThrough(test.breaker);
    expect(test.breaker.state()).toBe('open');
  });

  it('stays half-open after a good health check and opens after a bad one', async () => {
    const test = await halfOpen();
    await test.breaker.probe();
    expect(test.breaker.state()).toBe('half_open');
    test.sink.health = 'server';
    await test.breaker.probe().catch(() => undefined);
    expect(test.breaker.state()).toBe('open');
  });

  it('is not disturbed by failures that come late from before it opened', async () => {
    const test = setup();
    const slow = later();
    test.sink.outcome = slow.outcome;
    const early = pushThrough(test.breaker);
    test.sink.outcome = 'server';
    await pushTimes(test, 3);
    await test.clock.advance(COOLDOWN_MS);
    slow.fail('timed_out');
    expect(await early).toBe('timed_out');
    await settle();
    expect(test.breaker.state()).toBe('half_open');
  });

  it('does not count, once closed, what comes late from before it opened', async () => {
    const { test, slow, early } = await closedAgain();
    slow.fail('timed_out');
    await early;
    test.sink.outcome = 'server';
    await pushTimes(test, 2);
    expect(test.breaker.state()).toBe('closed');
  });

  it('does not forget the failures of now for a success that comes late from before it opened', async () => {
    const { test, slow, early } = await closedAgain();
    test.sink.outcome = 'server';
    await pushTimes(test, 2);
    slow.succeed();
    await early;
    await pushTimes(test, 1);
    expect(test.breaker.state()).toBe('open');
  });
});
