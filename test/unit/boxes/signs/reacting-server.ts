// A chat server that knows nothing but our reactions, and a daemon's life around them: records that survive, a budget, a log.

import { onTestFinished } from 'vitest';
import { budgetLimits } from '../../../../src/boxes/publish/budget.ts';
import { RequestBudget } from '../../../../src/boxes/publish/request-budget.ts';
import type { Mark } from '../../../../src/boxes/signs/mark.ts';
import type { SignRecord } from '../../../../src/boxes/signs/sign.ts';
import { Signs } from '../../../../src/boxes/signs/signs.ts';
import { PushError, type Reason } from '../../../../src/core/sink.ts';
import { FakeClock } from '../../../support/clock.ts';

/** What becomes of a request: `lost` is carried out, but nobody is told. */
export type Fate = 'ok' | 'lost' | Reason;

const LATENCY_MS = 10;

class ReactingServer {
  readonly clock: FakeClock;
  readonly onByPost = new Map<string, Set<string>>();
  /** Every request, such as `+eyes p1`. */
  readonly asked: string[] = [];
  fateOf: (request: string) => Fate = () => 'ok';
  inFlight = 0;
  mostInFlight = 0;

  constructor(clock: FakeClock) {
    this.clock = clock;
  }

  on(postId: string): string[] {
    return [...(this.onByPost.get(postId) ?? [])].toSorted();
  }

  readonly sink = {
    react: (postId: string, emoji: string, signal?: AbortSignal) =>
      this.#answer(`+${emoji} ${postId}`, signal, () => void this.#of(postId).add(emoji)),
    unreact: (postId: string, emoji: string, signal?: AbortSignal) =>
      this.#answer(`-${emoji} ${postId}`, signal, () => void this.#of(postId).delete(emoji)),
  };

  #of(postId: string): Set<string> {
    const on = this.onByPost.get(postId) ?? new Set();
    this.onByPost.set(postId, on);
    return on;
  }

  async #answer(request: string, signal: AbortSignal | undefined, apply: () => void): Promise<void> {
    this.asked.push(request);
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    const fate = this.fateOf(request);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.clock.after(LATENCY_MS, () => {
      if (fate === 'ok' || fate === 'lost') apply(); // also when nobody waits for it any more
      resolve();
    });
    signal?.addEventListener('abort', () => resolve());
    await promise;
    this.inFlight -= 1;
    if (fate === 'lost' || signal?.aborted === true) throw new PushError('timed_out', 'no answer');
    if (fate !== 'ok') throw new PushError(fate, `said ${fate}`);
  }
}

/** One process after the other over the same server and the same disk. */
export function signing({ perSecond = 5, burst = 20 } = {}) {
  const clock = new FakeClock();
  const server = new ReactingServer(clock);
  const disk = new Map<string, SignRecord>();
  const warnings: string[] = [];
  const log = {
    debug: () => undefined,
    info: () => undefined,
    warn: (_: object, text: string) => void warnings.push(text),
    error: () => undefined,
  };
  const records = {
    stored: () => [...disk].map(([postId, record]) => ({ postId, record: structuredClone(record) })),
    put: (postId: string, record: SignRecord | undefined) => void (record === undefined ? disk.delete(postId) : disk.set(postId, record)),
  };
  const counted: Record<string, string>[] = [];
  const meter = { count: (_: string, ...labels: Record<string, string>[]) => void counted.push(...labels), add: () => undefined };
  const start = () => {
    const budget = new RequestBudget(() => budgetLimits(perSecond, burst), clock.monotonic());
    const signs = new Signs({ clock, log, sink: server.sink, budget, meter, records });
    onTestFinished(() => signs.stop());
    return { signs, budget };
  };
  return { clock, server, disk, warnings, counted, start, ...start() };
}

/** A turn of its own post, in a channel of its own unless one is named. */
export function turn(name: string, place = `channel of ${name}`) {
  return { boxId: `box ${name}`, postId: name, place };
}

export const EMOJI_OF: Record<Mark, readonly string[]> = {
  untold: [],
  none: [],
  works: ['eyes'],
  waits: ['raised_hand'],
  done: ['white_check_mark'],
  failed: ['x'],
};
