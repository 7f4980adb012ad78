import { describe, expect, it } from 'vitest';
import { BusySessions } from '../../../../../src/sources/openclaw/transcripts/busy-sessions.ts';
import { ALIVE, KEY, setUp } from './busy-events.ts';
import { FakeClock } from '../../../../support/clock.ts';

describe('a lock', () => {
  it('whose owner lives is believed for half a minute, renewed while it is held, and cleared when it is gone', () => {
    const { clock, emitted, busy } = setUp();
    const since = clock.now();
    clock.pass(500);
    for (let second = 0; second < 20; second += 2) {
      busy.lockHeld(KEY, ALIVE, since);
      busy.renew();
      clock.pass(2_000);
    }
    busy.lockReleased(KEY);
    expect(emitted).toEqual(['seen at 0 until 30.5', 'seen at 16.5 until 46.5', 'cleared']);
  });

  it('goes on being renewed when the wall clock is set back', () => {
    const clock = new FakeClock();
    const emitted: number[] = [];
    let shiftMs = 0;
    const shifted = { now: () => clock.now() + shiftMs, monotonic: () => clock.monotonic(), after: clock.after.bind(clock) };
    const busy = new BusySessions({ clock: shifted, lastLineAt: () => 0, emit: (_key, event) => emitted.push(event.at) });
    busy.lockHeld(KEY, ALIVE, 0);
    shiftMs = -3_600_000;
    clock.pass(16_000);
    busy.lockHeld(KEY, ALIVE, 0);
    expect(emitted).toHaveLength(2);
  });

  it('of another machine is believed until its age says otherwise, told once', () => {
    const { clock, emitted, busy } = setUp();
    const until = clock.now() + 7_200_000;
    for (let count = 0; count < 5; count += 1) {
      busy.lockHeld(KEY, { kind: 'aged', until }, clock.now());
      clock.pass(60_000);
    }
    expect(emitted).toEqual(['seen at 0 until 7200']);
    busy.lockHeld(KEY, { kind: 'stale' }, 0);
    expect(busy.isBusy(KEY)).toBe(false);
  });

  it('whose owner died is a crash, told once; its removal by the next start is no news', () => {
    const { emitted, busy } = setUp();
    busy.lockHeld(KEY, ALIVE, 0);
    busy.lockHeld(KEY, { kind: 'dead' }, 0);
    busy.lockHeld(KEY, { kind: 'dead' }, 0);
    busy.renew();
    busy.lockReleased(KEY);
    expect(emitted.slice(1)).toEqual(['crashed']);
  });

  it('that was there too briefly to be seen is cleared all the same: a failed call is then not tried again', () => {
    const { clock, emitted, busy, line } = setUp();
    for (let count = 1; count <= 2; count += 1) {
      line();
      clock.pass(300);
      busy.lockReleased(KEY);
      clock.pass(300);
      expect(emitted).toHaveLength(count);
    }
  });

  it('that comes and goes without a line between is told once', () => {
    const { clock, emitted, busy } = setUp();
    for (let count = 0; count < 3; count += 1) {
      busy.lockReleased(KEY);
      clock.pass(300);
    }
    expect(emitted).toEqual(['cleared']);
  });

  it('right after a line says nothing yet: the line may have been the last', () => {
    const { clock, emitted, busy, line } = setUp();
    line();
    clock.pass(500);
    busy.lockHeld(KEY, ALIVE, 0);
    expect(emitted).toEqual([]);
    clock.pass(600);
    busy.renew();
    expect(emitted).toHaveLength(1);
  });
});

describe('a running row', () => {
  it('is believed for 150 s after its update or the last line, from when the run started', () => {
    const { clock, emitted, busy, row, line } = setUp();
    const startedAt = clock.now();
    clock.pass(1_000);
    row('running', clock.now(), { startedAt });
    expect(emitted).toEqual(['seen at 0 until 151']);
    clock.pass(100_000);
    line();
    clock.pass(2_000);
    busy.renew();
    expect(emitted).toEqual(['seen at 0 until 151', 'seen at 103 until 251']);
    clock.pass(149_000);
    expect(busy.isBusy(KEY)).toBe(false);
  });

  it('left behind by a gateway that was stopped is cleared when it is believed no longer, once, and not while a lock is there', () => {
    const { clock, emitted, busy, row, line } = setUp();
    row('running');
    line();
    busy.lockHeld(KEY, { kind: 'aged', until: clock.now() + 100_000 }, clock.now());
    clock.pass(200_000);
    busy.renew();
    expect(emitted).not.toContain('cleared');
    busy.lockReleased(KEY);
    clock.pass(2_000);
    busy.renew();
    expect(emitted.filter((what) => what === 'cleared')).toHaveLength(1);

    row('running', clock.now());
    clock.pass(2_000);
    busy.renew();
    clock.pass(160_000);
    for (let look = 0; look < 3; look++) busy.renew();
    expect(emitted.filter((what) => what === 'cleared')).toHaveLength(2);
  });

  it('left behind by a crash long ago is not believed', () => {
    const { clock, emitted, busy, row } = setUp();
    row('running', clock.now() - 150_000);
    busy.renew();
    expect(emitted).toEqual([]);
    expect(busy.isBusy(KEY)).toBe(false);
  });

  it.each(['done', 'failed', 'killed', 'timeout'] as const)('that becomes %s is cleared once', (status) => {
    const { emitted, row } = setUp();
    row('running');
    row(status);
    row(status);
    expect(emitted.slice(1)).toEqual(['cleared']);
  });

  it('that was never running says nothing', () => {
    const { emitted, row } = setUp();
    row('done');
    expect(emitted).toEqual([]);
  });

  it('keeps the session busy while the lock flaps', () => {
    const { emitted, busy, row } = setUp();
    row('running');
    busy.lockHeld(KEY, ALIVE, 0);
    busy.lockReleased(KEY);
    expect(emitted).toHaveLength(1);
    expect(busy.isBusy(KEY)).toBe(true);
  });

  it('whose lock shows that the gateway died is not believed again until it is updated', () => {
    const { clock, emitted, busy, row } = setUp();
    const updatedAt = clock.now();
    row('running', updatedAt);
    busy.lockHeld(KEY, { kind: 'dead' }, 0);
    busy.lockReleased(KEY);
    row('running', updatedAt);
    busy.renew();
    row('running', updatedAt);
    expect(emitted.slice(1)).toEqual(['crashed']);
    clock.pass(2_000);
    row('running');
    expect(emitted.at(-1)).toMatch(/^seen/);
  });
});

describe('a lock and a row together', () => {
  const over = { startedAt: 0 };

  it.each(['done', 'failed', 'killed', 'timeout'] as const)('a lock that was taken before its row said %s is left behind', (status) => {
    const { clock, emitted, busy, row } = setUp();
    const since = clock.now();
    row('running');
    busy.lockHeld(KEY, ALIVE, since);
    clock.pass(5_000);
    row(status, clock.now(), { ...over, endedAt: clock.now() - 100 });
    expect(emitted.at(-1)).toBe('cleared');
    for (let look = 0; look < 10; look++) {
      clock.pass(5_000);
      busy.lockHeld(KEY, ALIVE, since);
      busy.renew();
    }
    expect(emitted.filter((what) => what === 'cleared')).toHaveLength(1);
    expect(emitted.at(-1)).toBe('cleared');
    expect(busy.isBusy(KEY)).toBe(false);
  });

  it('a lock that is first seen after its row said that it is over is left behind', () => {
    const { clock, emitted, busy, row } = setUp();
    const since = clock.now();
    clock.pass(5_000);
    busy.lockHeld(KEY, ALIVE, since);
    row('done', clock.now(), { ...over, endedAt: since + 4_000 });
    expect(busy.isBusy(KEY)).toBe(false);
    expect(emitted.at(-1)).toBe('cleared');
  });

  it('a lock that was taken after the row said that the last run is over is a sign of the next', () => {
    const { clock, busy, row } = setUp();
    row('done', clock.now(), { ...over, endedAt: clock.now() });
    clock.pass(5_000);
    busy.lockHeld(KEY, ALIVE, clock.now() - 1_000);
    expect(busy.isBusy(KEY)).toBe(true);
  });

  it('a running row makes a left lock count again', () => {
    const { clock, busy, row } = setUp();
    const since = clock.now();
    busy.lockHeld(KEY, ALIVE, since);
    row('done', clock.now(), { ...over, endedAt: clock.now() });
    clock.pass(1_000);
    row('running');
    expect(busy.isBusy(KEY)).toBe(true);
  });

  it('a running row of a run that was stopped is no sign of life', () => {
    const { clock, emitted, busy, row } = setUp();
    row('running');
    clock.pass(4_000);
    row('running', clock.now(), { wasAborted: true });
    expect(busy.isBusy(KEY)).toBe(false);
    clock.pass(2_000);
    busy.renew();
    expect(emitted.at(-1)).toBe('cleared');
  });

  it('a lock that is let go of while its row runs on is told once, after a moment', () => {
    const { clock, emitted, busy, row } = setUp();
    row('running');
    busy.lockHeld(KEY, ALIVE, clock.now());
    clock.pass(10_000);
    busy.lockReleased(KEY);
    busy.renew();
    expect(emitted).not.toContain('abandoned');
    for (let look = 0; look < 10; look++) {
      clock.pass(2_000);
      busy.renew();
    }
    expect(emitted.filter((what) => what === 'abandoned')).toHaveLength(1);
    clock.pass(30_000);
    busy.renew();
    expect(emitted.at(-1)).toBe('cleared');
  });

  it.each<[string, (set: ReturnType<typeof setUp>) => void]>([
    ['is taken again', ({ busy, clock }) => busy.lockHeld(KEY, ALIVE, clock.now())],
    ['is followed by a line', ({ line }) => line()],
    ['is followed by a newer row', ({ row }) => row('running')],
  ])('a lock that %s was not let go of for good', (_what, sign) => {
    const set = setUp();
    const { clock, emitted, busy, row } = set;
    row('running');
    busy.lockHeld(KEY, ALIVE, clock.now());
    clock.pass(10_000);
    busy.lockReleased(KEY);
    clock.pass(1_000);
    sign(set);
    for (let look = 0; look < 5; look++) {
      clock.pass(2_000);
      busy.renew();
    }
    expect(emitted).not.toContain('abandoned');
  });

  it('a lock that was held for as long as it may be was taken away, and says nothing of the run', () => {
    const { clock, emitted, busy, row } = setUp();
    const since = clock.now();
    busy.lockHeld(KEY, ALIVE, since);
    clock.pass(300_000);
    row('running');
    busy.lockReleased(KEY);
    clock.pass(10_000);
    busy.renew();
    expect(emitted).not.toContain('abandoned');
  });

  it('where rows tell of runs, a lock alone does not say that there is one', () => {
    const clock = new FakeClock();
    const runs: (boolean | undefined)[] = [];
    const busy = new BusySessions({
      clock,
      lastLineAt: () => 0,
      emit: (_key, event) => {
        if (event.type === 'busy_seen') runs.push(event.isRun);
      },
    });
    const entry = { sessionId: 's', earlierSessionIds: [], delivery: {}, audience: 'nothing' as const, updatedAt: clock.now() };
    busy.lockHeld('agent:main:a', ALIVE, clock.now());
    busy.indexed({ ...entry, key: 'agent:main:other', status: 'done', endedAt: clock.now() });
    busy.lockHeld('agent:main:b', ALIVE, clock.now());
    busy.indexed({ ...entry, key: 'agent:main:c', status: 'running' });
    expect(runs).toEqual([true, false, true]);
  });
});
