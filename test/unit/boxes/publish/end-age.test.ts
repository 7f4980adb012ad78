import { describe, expect, it } from 'vitest';
import { PushError } from '../../../../src/core/sink.ts';
import { createHarness, view } from './harness.ts';

describe('the age of the oldest end that is not shown', () => {
  it('counts from the end, however long its box was behind before', async () => {
    const harness = createHarness();
    harness.publisher.show(view('box', 'one'));
    await harness.clock.advance(5_000);
    harness.server.state = 'refusing';
    harness.publisher.show(view('box', 'two'));
    await harness.clock.advance(50_000);
    expect(harness.publisher.stats()).toMatchObject({ oldestEndAgeMs: 0, oldestDirtyAgeMs: 50_000 });
    harness.publisher.show(view('box', 'end', { final: true }));
    await harness.clock.advance(7_000);
    expect(harness.publisher.stats().oldestEndAgeMs).toBe(7_000);
    harness.server.state = 'up';
    await harness.clock.advance(30_000);
    expect(harness.publisher.stats().oldestEndAgeMs).toBe(0);
  });

  it('counts from the change of an end that was shown, and begins anew when a turn that had ended ends again', async () => {
    const harness = createHarness();
    harness.publisher.show(view('box', 'end', { final: true }));
    await harness.clock.advance(60_000);
    harness.server.state = 'refusing';
    harness.publisher.show(view('box', 'end, cleaned up', { final: true }));
    await harness.clock.advance(3_000);
    expect(harness.publisher.stats().oldestEndAgeMs).toBe(3_000);
    harness.publisher.show(view('box', 'goes on'));
    await harness.clock.advance(3_000);
    expect(harness.publisher.stats().oldestEndAgeMs).toBe(0);
    harness.publisher.show(view('box', 'end', { final: true, urgentKey: 'again' }));
    await harness.clock.advance(2_000);
    expect(harness.publisher.stats().oldestEndAgeMs).toBe(2_000);
  });

  it('leaves out one that its channel keeps out, which is a parked box', async () => {
    const harness = createHarness();
    harness.publisher.show(view('box', 'one'));
    await harness.clock.advance(5_000);
    harness.server.refusalOf = () => new PushError('archived', 'archived');
    harness.publisher.show(view('box', 'end', { final: true }));
    await harness.clock.advance(120_000);
    expect(harness.publisher.stats()).toMatchObject({ oldestEndAgeMs: 0, parked: [{ reason: 'archived' }] });
  });
});
