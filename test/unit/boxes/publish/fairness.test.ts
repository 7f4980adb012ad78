import { describe, expect, it } from 'vitest';
import { forwarded } from '../../../../src/core/guarded.ts';
import { PushError, type Sink } from '../../../../src/core/sink.ts';
import { createHarness, type Harness, shownBy, view } from './harness.ts';
import type { FakeClock } from '../../../support/clock.ts';

const BOXES = 50;

/** Mattermost's limiter: 10 requests per second, burst 100, whole seconds in Retry-After; `othersPerSecond` come from our address too. */
class Limiter {
  readonly windows: { from: number; until: number }[] = [];
  readonly sentAt: number[] = [];
  readonly #clock: FakeClock;
  readonly #othersPerSecond: number;
  #tokens = 100;
  #at = 0;

  constructor(clock: FakeClock, othersPerSecond: number) {
    this.#clock = clock;
    this.#othersPerSecond = othersPerSecond;
  }

  guard(sink: Sink): Sink {
    return {
      ...forwarded(sink),
      create: (draft, signal) => this.#limit(() => sink.create(draft, signal)),
      edit: (postId, body, signal) => this.#limit(() => sink.edit(postId, body, signal)),
    };
  }

  async #limit<T>(send: () => Promise<T>): Promise<T> {
    this.sentAt.push(this.#clock.monotonic());
    if (this.#isAllowed()) return await send();
    await new Promise<void>((resolve) => this.#clock.after(20, resolve));
    const now = this.#clock.monotonic();
    const retryAfterMs = Math.ceil((1 - this.#tokens) / 10) * 1_000;
    this.windows.push({ from: now, until: now + retryAfterMs });
    throw new PushError('rate_limited', '429', { retryAfterMs });
  }

  #isAllowed(): boolean {
    const now = this.#clock.monotonic();
    this.#tokens = Math.min(100, this.#tokens + ((now - this.#at) / 1_000) * (10 - this.#othersPerSecond));
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  sentInsideWindows(): number {
    return this.sentAt.filter((at) => this.windows.some(({ from, until }) => at > from && at < until)).length;
  }
}

function jain(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0);
  return sum ** 2 / (shares.length * shares.reduce((total, share) => total + share ** 2, 0));
}

interface Busy {
  harness: Harness;
  limiter: Limiter;
}

function busyServer(perSecond: number, burst: number, othersPerSecond: number): Busy {
  let limiter: Limiter | undefined;
  let seed = 7;
  const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  const wrap = (sink: Sink, clock: FakeClock): Sink => {
    limiter = new Limiter(clock, othersPerSecond);
    return limiter.guard(sink);
  };
  const harness = createHarness({ random, wrap, options: { limits: { perSecond, burst, reserve: Math.floor(burst / 4) } } });
  if (limiter === undefined) throw new Error('no limiter');
  return { harness, limiter };
}

/** Every box has something new every 300 ms. */
async function work({ harness }: Busy, seconds: number): Promise<void> {
  for (let step = 0; step < (seconds * 1_000) / 300; step += 1) {
    for (let box = 0; box < BOXES; box += 1) harness.publisher.show(view(`box${box}`, `${harness.clock.monotonic()}`));
    await harness.clock.advance(300);
  }
}

const cases = [
  ['our budget', 5, 20, 0],
  ['our budget, others take 7 of the 10', 5, 20, 7],
  ['a budget above the limit', 25, 120, 0],
] as const;

describe('fifty busy boxes against a limiter of 10/s, burst 100', () => {
  for (const [name, perSecond, burst, others] of cases) {
    it(`${name}: nothing is sent inside a Retry-After window and no box is starved`, async () => {
      const busy = busyServer(perSecond, burst, others);
      await work(busy, 300);
      const edits = Array.from({ length: BOXES }, (_, box) => busy.harness.server.postsOf(`box${box}`)[0]?.versions.length ?? 0);
      expect(busy.limiter.sentInsideWindows()).toBe(0);
      expect(jain(edits)).toBeGreaterThanOrEqual(0.9);
      expect(Math.min(...edits)).toBeGreaterThanOrEqual(10);
      if (others > 0 || perSecond > 10) expect(busy.limiter.windows.length).toBeGreaterThan(5);
    });

    it(`${name}: every end is there within 10 s, also when twenty come at once`, async () => {
      const busy = busyServer(perSecond, burst, others);
      await work(busy, 120);
      const { harness } = busy;
      for (let box = 0; box < 20; box += 1) harness.publisher.show(view(`box${box}`, 'end', { final: true }));
      await workOn(busy, 20, 10);
      for (let box = 0; box < 20; box += 1) expect(shownBy(harness.server, `box${box}`)).toBe('end\nline');
    });
  }

  it('all fifty ends at once are there within 10 s', async () => {
    const busy = busyServer(5, 20, 0);
    await work(busy, 120);
    for (let box = 0; box < BOXES; box += 1) busy.harness.publisher.show(view(`box${box}`, 'end', { final: true }));
    await busy.harness.clock.advance(10_000);
    for (let box = 0; box < BOXES; box += 1) expect(shownBy(busy.harness.server, `box${box}`)).toBe('end\nline');
  });

  it('an urgent change is not starved by ordinary ones, nor they by a stream of urgent ones', async () => {
    const busy = busyServer(5, 20, 0);
    await work(busy, 60);
    const { harness } = busy;
    for (let step = 0; step < 1_200; step += 1) {
      for (let box = 0; box < BOXES; box += 1) {
        const urgentKey = box < 10 ? `key ${step}` : 'active';
        harness.publisher.show(view(`box${box}`, `${harness.clock.monotonic()}`, { urgentKey }));
      }
      await harness.clock.advance(100);
    }
    const since = harness.clock.monotonic() - 120_000;
    const edits = Array.from(
      { length: BOXES },
      (_, box) => (harness.server.postsOf(`box${box}`)[0]?.versions ?? []).filter(({ at }) => at >= since).length,
    );
    expect(Math.min(...edits.slice(0, 10))).toBeGreaterThanOrEqual(10);
    expect(Math.min(...edits.slice(10))).toBeGreaterThanOrEqual(2);
  });
});

async function workOn({ harness }: Busy, from: number, seconds: number): Promise<void> {
  for (let step = 0; step < seconds * 4; step += 1) {
    for (let box = from; box < BOXES; box += 1) harness.publisher.show(view(`box${box}`, `${harness.clock.monotonic()}`));
    await harness.clock.advance(250);
  }
}
