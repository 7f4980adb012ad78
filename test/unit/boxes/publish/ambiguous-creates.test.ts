import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fate } from './fake-server.ts';
import { createHarness, type Harness, shownBy, view } from './harness.ts';

const BOXES = 50;
const RUNS = 200;

const AMBIGUOUS: readonly Fate[] = [
  'answer_lost',
  'late',
  'slow',
  'request_lost',
  'reset_before',
  'reset_after',
  'gateway_timeout',
  'error',
];

interface Script {
  /** What happens to the first, second, … create of each box. */
  fates: Fate[][];
  lateByMs: number;
  latencyMs: number;
  /** Kills of our own process and restarts of the server, by the second. */
  incidents: { at: number; kind: 'kill' | 'server_restart' | 'both' }[];
}

const script: fc.Arbitrary<Script> = fc.record({
  fates: fc.array(fc.array(fc.constantFrom(...AMBIGUOUS), { minLength: 1, maxLength: 3 }), { minLength: BOXES, maxLength: BOXES }),
  lateByMs: fc.integer({ min: 0, max: 18_000 }),
  latencyMs: fc.integer({ min: 2, max: 1_400 }),
  incidents: fc.array(fc.record({ at: fc.integer({ min: 0, max: 60 }), kind: fc.constantFrom('kill', 'server_restart', 'both') }), {
    maxLength: 3,
  }),
});

function play(harness: Harness, { fates, lateByMs, latencyMs }: Script): void {
  const createsBySubject = new Map<string, number>();
  const fatesBySubject = new Map<string, Fate[]>();
  harness.server.lateByMs = () => lateByMs;
  harness.server.latencyMs = latencyMs;
  harness.server.fateOf = (call, subject) => {
    if (call !== 'create') return 'served';
    const ownFates = fatesBySubject.get(subject) ?? fates[fatesBySubject.size % fates.length] ?? [];
    fatesBySubject.set(subject, ownFates);
    const create = createsBySubject.get(subject) ?? 0;
    createsBySubject.set(subject, create + 1);
    return ownFates[create] ?? 'served';
  };
}

async function happen(harness: Harness, kind: Script['incidents'][number]['kind'], show: () => void): Promise<void> {
  if (kind !== 'server_restart') await harness.restart();
  if (kind !== 'kill') harness.server.restart();
  show();
}

describe('one post per box for its lifetime', () => {
  it(`${RUNS * BOXES} ambiguous creates, with kills and server restarts in between: no post twice, no box without its post`, async () => {
    let ambiguous = 0;
    await fc.assert(
      fc.asyncProperty(script, async (drawn) => {
        const harness = createHarness({ options: { limits: { perSecond: 50, burst: 100, reserve: 25 } } });
        play(harness, drawn);
        const show = (): void => {
          for (let box = 0; box < BOXES; box += 1) harness.publisher.show(view(`box${box}`, `at ${harness.clock.monotonic()}`));
        };
        show();
        for (let second = 0; second <= 60; second += 1) {
          for (const { at, kind } of drawn.incidents) if (at === second) await happen(harness, kind, show);
          await harness.clock.advance(1_000);
        }
        for (let box = 0; box < BOXES; box += 1) harness.publisher.show(view(`box${box}`, 'end', { final: true }));
        await harness.clock.advance(600_000);
        for (let box = 0; box < BOXES; box += 1) expect(shownBy(harness.server, `box${box}`)).toBe('end\nline');
        expect(harness.server.posts.size).toBe(BOXES);
        ambiguous += BOXES;
      }),
      { numRuns: RUNS, seed: 3, endOnFailure: true },
    );
    expect(ambiguous).toBe(RUNS * BOXES);
  });
});
