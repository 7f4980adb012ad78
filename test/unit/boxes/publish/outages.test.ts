import { describe, expect, it } from 'vitest';
import { type BreakerModel, modelBreaker } from './breaker-model.ts';
import { createHarness, type Harness, shownBy, view } from './harness.ts';
import { heapUsed } from '../../../support/heap.ts';

const BOXES = 20;
const MINUTE_MS = 60_000;
const A_DAY_TAKES_MS = 240_000; // its 43,000 questions to a server that refuses take seconds, on a busy machine many

interface Outage extends Harness {
  breaker: BreakerModel;
}

function createOutage(): Outage {
  let breaker: BreakerModel | undefined;
  let isHealthy = (): boolean => true;
  const harness = createHarness({
    wrap: (sink, clock) => {
      breaker = modelBreaker(sink, clock, () => isHealthy());
      return breaker.sink;
    },
  });
  isHealthy = () => harness.server.state === 'up';
  if (breaker === undefined) throw new Error('no breaker');
  return { ...harness, breaker };
}

/** Twenty boxes at work; during the outage they go on, and half of them end. Answers with the largest number of boxes kept. */
async function liveThrough(outage: Outage, kind: 'refusing' | 'failing' | 'stalled', lengthMs: number): Promise<void> {
  for (let box = 0; box < BOXES; box += 1) outage.publisher.show(view(`box${box}`, 'before'));
  await outage.clock.advance(10_000);
  outage.server.state = kind;
  const steps = 120;
  for (let step = 0; step < steps; step += 1) {
    for (let box = 0; box < BOXES; box += 1) {
      if (box % 2 === 1 || step < steps / 2) outage.publisher.show(view(`box${box}`, `step ${step}`, { urgentKey: `key ${step}` }));
    }
    if (step === steps / 2) for (let box = 0; box < BOXES; box += 2) outage.publisher.show(view(`box${box}`, 'end', { final: true }));
    await outage.clock.advance(lengthMs / steps);
  }
  for (let box = 1; box < BOXES; box += 2) outage.publisher.show(view(`box${box}`, 'end', { final: true }));
}

describe('the last state always arrives', () => {
  for (const kind of ['refusing', 'failing', 'stalled'] as const) {
    for (const [name, lengthMs] of [
      ['1 min', MINUTE_MS],
      ['1 h', 60 * MINUTE_MS],
      ['24 h', 1_440 * MINUTE_MS],
    ] as const) {
      it(`${kind} for ${name}: every end is there within 5 s of the breaker's closing`, { timeout: A_DAY_TAKES_MS }, async () => {
        const outage = createOutage();
        await liveThrough(outage, kind, lengthMs);
        expect(outage.breaker.isOpen()).toBe(true);
        expect(outage.publisher.stats().dirty).toBe(BOXES);
        outage.server.shuffle = (waiting) => waiting.reverse();
        outage.server.resume();
        while (outage.breaker.isOpen()) await outage.clock.advance(100);
        await outage.clock.advance((outage.breaker.closedAt.at(-1) ?? 0) + 5_000 - outage.clock.monotonic());
        for (let box = 0; box < BOXES; box += 1) expect(shownBy(outage.server, `box${box}`)).toBe('end\nline');
      });
    }
  }

  it('a post that kept failing by itself before the outage is not late after it', async () => {
    const outage = createOutage();
    for (const boxId of ['box', 'other']) outage.publisher.show(view(boxId, 'before'));
    await outage.clock.advance(10_000);
    outage.server.fateOf = (_call, subject) => (subject === 'post1' ? 'error' : 'served');
    outage.publisher.show(view('box', 'end', { final: true }));
    for (let second = 0; second < 300; second += 1) {
      outage.publisher.show(view('other', `second ${second}`));
      await outage.clock.advance(1_000);
    }
    outage.server.state = 'refusing';
    outage.publisher.show(view('other', 'end', { final: true }));
    while (!outage.breaker.isOpen()) await outage.clock.advance(1_000);
    outage.server.fateOf = () => 'served';
    outage.server.resume();
    while (outage.breaker.isOpen()) await outage.clock.advance(100);
    await outage.clock.advance(5_000);
    expect(shownBy(outage.server, 'box')).toBe('end\nline');
  });

  it('also where the box was forgotten meanwhile', async () => {
    const outage = createOutage();
    await liveThrough(outage, 'refusing', 60 * MINUTE_MS);
    for (let box = 0; box < BOXES; box += 1) outage.publisher.forget(`box${box}`);
    outage.server.resume();
    await outage.clock.advance(5 * MINUTE_MS);
    for (let box = 0; box < BOXES; box += 1) expect(shownBy(outage.server, `box${box}`)).toBe('end\nline');
    expect(outage.records.size).toBe(0);
  });

  it('sends nothing but what the breaker lets through, and the checkpoint rests', async () => {
    const outage = createOutage();
    for (let box = 0; box < BOXES; box += 1) outage.publisher.show(view(`box${box}`, 'before'));
    await outage.clock.advance(10_000);
    outage.server.state = 'refusing';
    for (let box = 0; box < BOXES; box += 1) outage.publisher.show(view(`box${box}`, 'after'));
    await outage.clock.advance(MINUTE_MS);
    const [requests, saves] = [outage.server.sent.length, outage.saves.length];
    outage.publisher.show(view('new', 'end', { final: true }));
    await outage.clock.advance(60 * MINUTE_MS);
    expect(outage.server.sent).toHaveLength(requests);
    expect(outage.saves.length).toBeLessThanOrEqual(saves + 2);
    expect(Math.max(...[...outage.records.values()].map((record) => record.seq))).toBeLessThan(50);
  });

  it('keeps nothing but the newest view of each box during a day of changes', { timeout: A_DAY_TAKES_MS }, async () => {
    const outage = createOutage();
    outage.server.state = 'refusing';
    for (let box = 0; box < BOXES; box += 1) outage.publisher.show(view(`box${box}`, 'first'));
    await outage.clock.advance(5 * MINUTE_MS);
    const timers = outage.clock.pending();
    const before = await heapUsed();
    for (let step = 0; step < 20_000; step += 1) {
      outage.publisher.show(view(`box${step % BOXES}`, `${step} ${'x'.repeat(1_000)}`, { urgentKey: `key ${step}` }));
      if (step % 20 === 0) await outage.clock.advance(86_400);
    }
    expect(outage.clock.pending()).toBeLessThanOrEqual(timers + 5);
    expect(outage.publisher.stats().dirty).toBe(BOXES);
    expect(outage.saves.length).toBeLessThanOrEqual(3 * BOXES);
    // All views together are 40 MB.
    expect((await heapUsed()) - before).toBeLessThan(5_000_000);
  });

  it('after a day spreads the first edits: never more requests in a second than the burst, ends before the others', async () => {
    const outage = createOutage();
    const boxes = 100;
    for (let box = 0; box < boxes; box += 1) outage.publisher.show(view(`box${box}`, 'before'));
    await outage.clock.advance(60_000);
    outage.server.state = 'refusing';
    for (let box = 0; box < boxes; box += 1) outage.publisher.show(view(`box${box}`, 'after', { final: box >= 90 }));
    await outage.clock.advance(60 * MINUTE_MS);
    outage.server.resume();
    while (outage.breaker.isOpen()) await outage.clock.advance(100);
    const since = outage.clock.monotonic();
    await outage.clock.advance(60_000);
    const instants = outage.server.sent.map(({ at }) => at).filter((at) => at >= since);
    for (const at of instants) expect(instants.filter((other) => other >= at && other < at + 1_000).length).toBeLessThanOrEqual(25);
    const lastEditAt = (box: number): number => outage.server.postsOf(`box${box}`)[0]?.versions.at(-1)?.at ?? Infinity;
    const ends = Array.from({ length: 10 }, (_, index) => lastEditAt(90 + index));
    const others = Array.from({ length: 90 }, (_, index) => lastEditAt(index)).sort((a, b) => a - b);
    expect(Math.max(...ends)).toBeLessThanOrEqual(others[5] ?? 0);
    expect(others.at(-1)).toBeLessThanOrEqual(since + 25_000);
  });
});
