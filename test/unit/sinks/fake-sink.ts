// A sink whose answers a test sets, and which remembers what reached it.

import { PushError, type Reason, type Sink } from '../../../src/core/sink.ts';

export type Outcome = 'ok' | Reason | Error | Promise<void>;

export interface FakeSink extends Sink {
  /** What the next pushes come to. */
  outcome: Outcome;
  /** What the next probes come to. */
  health: Outcome;
  /** Probes come to this instead, when it is there. */
  silent?: (timeoutMs: number) => Promise<void>;
  pushes: number;
  probes: number;
}

export function createFakeSink(): FakeSink {
  const push = async (): Promise<void> => {
    sink.pushes += 1;
    await come(sink.outcome);
  };
  const sink: FakeSink = {
    outcome: 'ok',
    health: 'ok',
    pushes: 0,
    probes: 0,
    create: async () => {
      await push();
      return { postId: 'p1' };
    },
    edit: push,
    read: async () => {
      await push();
      return undefined;
    },
    findOwn: async () => {
      await push();
      return [];
    },
    findPinned: async () => {
      await push();
      return [];
    },
    pin: push,
    react: push,
    unreact: push,
    probe: async (_signal, timeoutMs = 0) => {
      sink.probes += 1;
      await (sink.silent?.(timeoutMs) ?? come(sink.health));
    },
  };
  return sink;
}

async function come(outcome: Outcome): Promise<void> {
  if (outcome === 'ok') return;
  if (outcome instanceof Promise) return await outcome;
  throw outcome instanceof Error ? outcome : new PushError(outcome, `said ${outcome}`);
}

/** The reason of a push through a sink, `ok`, or the name of any other error. */
export async function pushThrough(sink: Sink, signal?: AbortSignal): Promise<string> {
  return await sink.edit('p1', { props: {} }, signal).then(
    () => 'ok',
    (error: unknown) => (error instanceof PushError ? error.reason : String(error)),
  );
}

/** An outcome that a test decides later. */
export function later(): { outcome: Promise<void>; succeed: () => void; fail: (reason: Reason) => void } {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  promise.catch(() => undefined);
  return { outcome: promise, succeed: () => resolve(), fail: (reason) => reject(new PushError(reason, 'late')) };
}
