// Locks that are taken again when a run has said its last word, and locks that a stopped run lets go of before it says so.

import { describe, expect, it } from 'vitest';
import { BusySessions } from '../../../../../src/sources/openclaw/transcripts/busy-sessions.ts';
import { ALIVE, KEY, setUp } from './busy-events.ts';
import { FakeClock } from '../../../../support/clock.ts';

describe('a lock', () => {
  it.each([0.02, 0.5, 0.9])('that is taken again for a moment %f s after a line says nothing, however late it is read', (later) => {
    const { clock, emitted, busy, line } = setUp();
    busy.lockHeld(KEY, ALIVE, clock.now());
    line();
    busy.lockReleased(KEY);
    clock.pass(later * 1_000);
    const since = clock.now();
    clock.pass(990);
    busy.lockHeld(KEY, ALIVE, since);
    clock.pass(10_000);
    busy.lockReleased(KEY);
    expect(emitted.filter((event) => event.startsWith('seen'))).toEqual(['seen at 0 until 30']);
  });

  it.each([0.02, 0.9, 1.5])('that is taken again %f s after a line and kept is of the next turn', (later) => {
    const { clock, emitted, busy, line } = setUp();
    line();
    clock.pass(later * 1_000);
    const since = clock.now();
    for (let second = 0; second < 4; second += 2) {
      busy.lockHeld(KEY, ALIVE, since);
      busy.renew();
      clock.pass(2_000);
    }
    expect(emitted).toHaveLength(1);
  });

  it.each([0.5, 2.3, 20])('that is taken again %f s after the last line is of the run that the row still names', (later) => {
    const clock = new FakeClock();
    const startedAt = clock.now();
    const seen: unknown[] = [];
    const busy = new BusySessions({
      clock,
      lastLineAt: () => startedAt + 5_000,
      emit: (_key, event) => void (event.type === 'busy_seen' && seen.push(event.since)),
    });
    const row = (updatedAt: number, since: number) =>
      busy.indexed({
        key: KEY,
        sessionId: 's',
        earlierSessionIds: [],
        delivery: {},
        audience: 'nothing',
        status: 'running',
        updatedAt,
        startedAt: since,
      });
    row(startedAt, startedAt);
    clock.pass(5_000 + later * 1_000);
    const since = clock.now();
    clock.pass(1_500);
    busy.lockHeld(KEY, ALIVE, since);
    expect(new Set(seen)).toEqual(new Set([startedAt]));
    clock.pass(20_000);
    row(clock.now(), clock.now());
    expect(seen.at(-1)).toBe(clock.now());
  });
});

describe('a lock that is let go of in the middle of a command', () => {
  it.each([
    ['its row, which says that somebody stopped the run, was read before', true],
    ['that row is read later', false],
  ])('waits for the lines that say how the run was stopped: %s', (_when, wasRead) => {
    const { clock, emitted, busy, row, line } = setUp();
    const stopped = (): void => row('running', clock.now(), { wasAborted: true });
    busy.lockHeld(KEY, ALIVE, clock.now());
    clock.pass(1_500);
    line();
    clock.pass(2_000);
    busy.lockHeld(KEY, ALIVE, clock.now() - 3_500);
    if (wasRead) stopped();
    busy.lockReleased(KEY);
    clock.pass(1_000);
    if (!wasRead) stopped();
    busy.renew();
    expect(emitted).not.toContain('cleared');
    clock.pass(1_000);
    busy.renew();
    busy.renew();
    expect(emitted.filter((event) => event === 'cleared')).toHaveLength(1);
  });

  it.each(['alive', 'aged'] as const)('is no sign of life (%s) once lines have said how that ended', (kind) => {
    const { clock, emitted, busy, line } = setUp();
    line();
    clock.pass(2_000);
    busy.lockHeld(KEY, kind === 'alive' ? ALIVE : { kind, until: clock.now() + 7_200_000 }, clock.now());
    clock.pass(5_000);
    busy.lockReleased(KEY);
    expect(emitted).toHaveLength(1);
    clock.pass(900);
    line();
    clock.pass(1_500);
    busy.renew();
    expect(emitted.at(-1)).toBe('cleared, as said');
  });
});
