import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BoxView } from '../../../../src/boxes/publish/publisher-ports.ts';
import { PushError, type Reason } from '../../../../src/core/sink.ts';
import { modelBreaker } from './breaker-model.ts';
import type { Fate } from './fake-server.ts';
import { createHarness, encode, type Harness, OPTIONS, textOf, view } from './harness.ts';

const BOXES = 4;
const RUNS = 1_000;

type Step =
  | { do: 'show'; box: number; kind: 'ordinary' | 'urgent' | 'final'; text: number }
  | { do: 'wait'; ms: number }
  | { do: 'fate'; fate: Fate; times: number; lateByMs: number }
  | { do: 'state'; state: Harness['server']['state'] }
  | { do: 'refuse'; reason: Reason; retryAfterMs: number; times: number }
  | { do: 'server_restart' }
  | { do: 'kill' }
  | { do: 'flush' }
  | { do: 'delete'; box: number };

const box = fc.integer({ min: 0, max: BOXES - 1 });

const show: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('show'),
  box,
  kind: fc.constantFrom('ordinary', 'urgent', 'final'),
  text: fc.nat(30),
});
const wait: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('wait'),
  ms: fc.oneof(fc.nat(50), fc.nat(1_000), fc.nat(15_000), fc.nat(120_000)),
});
const fate: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('fate'),
  fate: fc.constantFrom<Fate>('answer_lost', 'late', 'slow', 'request_lost', 'reset_before', 'reset_after', 'error', 'gateway_timeout'),
  times: fc.integer({ min: 1, max: 6 }),
  lateByMs: fc.nat(18_000),
});
const state: fc.Arbitrary<Step> = fc.record({ do: fc.constant('state'), state: fc.constantFrom('up', 'refusing', 'stalled', 'failing') });
const refuse: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('refuse'),
  reason: fc.constantFrom<Reason>('rate_limited', 'auth', 'no_access', 'archived', 'rejected', 'too_large', 'in_progress'),
  retryAfterMs: fc.nat(20_000),
  times: fc.integer({ min: 1, max: 20 }),
});
const rare: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('server_restart', 'kill', 'flush') }),
  fc.record({ do: fc.constant('delete'), box }),
);

const story = fc.record({
  steps: fc.array(
    fc.oneof(
      { weight: 8, arbitrary: show },
      { weight: 8, arbitrary: wait },
      { weight: 3, arbitrary: fate },
      { weight: 2, arbitrary: state },
      { weight: 1, arbitrary: refuse },
      { weight: 2, arbitrary: rare },
    ),
    { maxLength: 60, size: 'max' },
  ),
  latencyMs: fc.constantFrom(2, 40, 400, 1_400),
  reversed: fc.boolean(),
});

/** One story as it is played: the newest view of each box and what people and the server did. */
class Play {
  readonly harness: Harness;
  readonly viewsById = new Map<string, BoxView>();
  readonly deleted = new Set<string>();
  insideWindows = 0;
  #fates: Fate[] = [];
  #refusals: { reason: Reason; retryAfterMs: number }[] = [];

  constructor(latencyMs: number, reversed: boolean) {
    this.harness = createHarness({
      wrap: (sink, clock) => modelBreaker(sink, clock, () => this.harness.server.state === 'up').sink,
    });
    const { server } = this.harness;
    server.latencyMs = latencyMs;
    if (reversed) server.shuffle = (waiting) => waiting.reverse();
    server.fateOf = () => this.#fates.shift() ?? 'served';
    server.refusalOf = () => this.#refusal();
  }

  #refusal(): PushError | undefined {
    const refusal = this.#refusals.shift();
    if (refusal === undefined) return undefined;
    const { reason, retryAfterMs } = refusal;
    return new PushError(reason, reason, reason === 'rate_limited' ? { retryAfterMs } : {});
  }

  async step(step: Step): Promise<void> {
    const { harness } = this;
    switch (step.do) {
      case 'show':
        return this.#show(step);
      case 'wait':
        return await harness.clock.advance(step.ms);
      case 'fate':
        harness.server.lateByMs = () => step.lateByMs;
        return void this.#fates.push(...Array.from({ length: step.times }, () => step.fate));
      case 'state':
        return step.state === 'up' ? harness.server.resume() : void (harness.server.state = step.state);
      case 'refuse':
        return void this.#refusals.push(...Array.from({ length: step.times }, () => step));
      case 'server_restart':
        return harness.server.restart();
      case 'kill':
        return await this.#kill();
      case 'flush':
        void harness.publisher.flush(3_000);
        return await harness.clock.advance(3_000);
      case 'delete':
        return this.#delete(`box${step.box}`);
      default:
        return step satisfies never;
    }
  }

  #show(step: Extract<Step, { do: 'show' }>): void {
    const { kind } = step;
    const final = kind === 'final';
    const shown = view(`box${step.box}`, `text ${step.text}`, {
      final,
      channelId: `channel${step.box % 2}`,
      urgentKey: kind === 'urgent' ? `key ${step.text}` : kind,
    });
    this.viewsById.set(shown.boxId, shown);
    this.harness.publisher.show(shown);
  }

  #delete(boxId: string): void {
    for (const post of this.harness.server.postsOf(boxId)) {
      post.deleted = true;
      this.deleted.add(boxId);
    }
  }

  async #kill(): Promise<void> {
    // Our windows are not remembered over a kill.
    this.insideWindows += this.harness.server.sentInsideWindows();
    this.harness.server.windows = [];
    await this.harness.restart();
    for (const shown of this.viewsById.values()) this.harness.publisher.show(shown);
  }

  /** From here on nothing breaks any more; parked and quarantined boxes need an hour at most. */
  async heal(): Promise<void> {
    this.#fates = [];
    this.#refusals = [];
    this.harness.server.resume();
    await this.harness.clock.advance(3 * 3_600_000);
    this.insideWindows += this.harness.server.sentInsideWindows();
  }
}

function expectConverged({ harness, viewsById, deleted, insideWindows }: Play): void {
  for (const [boxId, shown] of viewsById) {
    const posts = harness.server.postsOf(boxId);
    // A box whose post was deleted before we ever learned of that post may be posted once more.
    if (!deleted.has(boxId)) expect(posts).toHaveLength(1);
    expect(posts.filter((post) => !post.deleted).length).toBeLessThanOrEqual(1);
    for (const post of posts) if (!post.deleted) expect(allowedTexts(shown)).toContain(textOf(post.body));
    for (const post of posts) expectThrottled(post.versions.filter((version) => !version.late).map((version) => version.at));
  }
  expect(insideWindows).toBe(0);
  expect(harness.publisher.stats()).toMatchObject({ dirty: 0, waiting: 0, parked: [] });
  for (const record of harness.records.values()) expect(record.owedFinal).toBe(false);
}

function allowedTexts(shown: BoxView): (string | undefined)[] {
  const meta = { v: 1, box: '', session: '', runs: [], start: 0, open: true, seq: 0, instance: '', claimedAt: 0 } as const;
  return ([0, 1] as const).map((shrink) => textOf(encode(shown.card, { ...meta, runs: [] }, shrink)));
}

function expectThrottled(instants: readonly number[]): void {
  for (const [index, at] of instants.entries()) {
    if (index > 0) expect(at - (instants[index - 1] ?? 0)).toBeGreaterThanOrEqual(OPTIONS.throttleMs);
  }
}

describe('convergence', () => {
  it('after any faults that end healthy each box has one post, it says the newest state, and nothing was sent too soon', async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ steps, latencyMs, reversed }) => {
        const play = new Play(latencyMs, reversed);
        for (const step of steps) await play.step(step);
        await play.heal();
        expectConverged(play);
        expect(play.harness.clock.pending()).toBe(0);
      }),
      { numRuns: RUNS, seed: 12 },
    );
  });
});
