import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reason } from '../../../src/core/sink.ts';
import { type BreakerState, withBreaker } from '../../../src/sinks/resilience/breaker.ts';
import { createFakeSink, pushThrough } from './fake-sink.ts';
import { FakeClock } from '../../support/clock.ts';

const THRESHOLD = 3;
const COOLDOWN_MS = 1_000;

const failures: Reason[] = ['timed_out', 'unreachable', 'server'];
const answers: Reason[] = ['auth', 'rate_limited', 'gone', 'root_gone', 'no_access', 'archived', 'too_large', 'rejected', 'in_progress'];

type Step = { do: 'push'; outcome: 'ok' | Reason } | { do: 'wait'; ms: number } | { do: 'health'; isUp: boolean };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...failures).map((outcome) => ({ do: 'push', outcome }) as const) },
  { weight: 2, arbitrary: fc.constantFrom('ok' as const, ...answers).map((outcome) => ({ do: 'push', outcome }) as const) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 3 * COOLDOWN_MS }).map((ms) => ({ do: 'wait', ms }) as const) },
  { weight: 2, arbitrary: fc.boolean().map((isUp) => ({ do: 'health', isUp }) as const) },
);

/** What a breaker is, in as few words as possible. */
interface Model {
  state: BreakerState;
  failures: number;
  probeAt: number;
  sent: number;
  probes: number;
  isUp: boolean;
  now: number;
}

function apply(model: Model, taken: Step): string | undefined {
  if (taken.do === 'health') model.isUp = taken.isUp;
  if (taken.do === 'wait') wait(model, taken.ms);
  return taken.do === 'push' ? push(model, taken.outcome) : undefined;
}

function wait(model: Model, ms: number): void {
  model.now += ms;
  while (model.state === 'open' && model.probeAt <= model.now) {
    model.probes += 1;
    if (model.isUp) model.state = 'half_open';
    model.probeAt += COOLDOWN_MS;
  }
}

function push(model: Model, outcome: 'ok' | Reason): string {
  if (model.state === 'open') return 'breaker_open';
  model.sent += 1;
  if (outcome === 'ok' || answers.includes(outcome)) {
    Object.assign(model, { state: 'closed', failures: 0 });
    return outcome;
  }
  model.failures += 1;
  if (model.state === 'half_open' || model.failures >= THRESHOLD) Object.assign(model, { state: 'open', probeAt: model.now + COOLDOWN_MS });
  return outcome;
}

describe('a breaker, whatever happens', () => {
  it('opens after exactly three failures of health in a row, asks once per cool-down, and recovers with the first push after a good answer', async () => {
    let opened = 0;
    let recovered = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
        const clock = new FakeClock();
        const sink = createFakeSink();
        const breaker = withBreaker(sink, { threshold: THRESHOLD, cooldownMs: COOLDOWN_MS, clock });
        const model: Model = { state: 'closed', failures: 0, probeAt: 0, sent: 0, probes: 0, isUp: true, now: 0 };
        for (const taken of steps) {
          const before = model.state;
          const expected = apply(model, taken);
          if (taken.do === 'push') sink.outcome = taken.outcome;
          if (taken.do === 'health') sink.health = taken.isUp ? 'ok' : 'server';
          if (taken.do === 'wait') await clock.advance(taken.ms);
          if (taken.do === 'push') expect(await pushThrough(breaker)).toBe(expected);
          expect({ state: breaker.state(), sent: sink.pushes, probes: sink.probes }).toEqual({
            state: model.state,
            sent: model.sent,
            probes: model.probes,
          });
          if (before === 'closed' && model.state === 'open') opened += 1;
          if (before === 'half_open' && model.state === 'closed') recovered += 1;
        }
        breaker.stop();
      }),
      { numRuns: 300, seed: 6 },
    );
    expect(Math.min(opened, recovered)).toBeGreaterThan(20);
  });

  it('is half-open within one cool-down after the server is back, after an outage of any length', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 500 * COOLDOWN_MS }), async (outageMs) => {
        const clock = new FakeClock();
        const sink = createFakeSink();
        const breaker = withBreaker(sink, { threshold: 1, cooldownMs: COOLDOWN_MS, clock });
        sink.outcome = 'unreachable';
        sink.health = 'unreachable';
        await pushThrough(breaker);
        await clock.advance(outageMs);
        Object.assign(sink, { outcome: 'ok', health: 'ok' });
        await clock.advance(COOLDOWN_MS);
        expect(breaker.state()).toBe('half_open');
        expect(sink.probes).toBeLessThanOrEqual(outageMs / COOLDOWN_MS + 1);
        expect(await pushThrough(breaker)).toBe('ok');
        expect(breaker.state()).toBe('closed');
        breaker.stop();
      }),
      { numRuns: 20, seed: 6 },
    );
  });
});
