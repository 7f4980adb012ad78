// A chat server in this process: it takes everything, after a while.

import type { Clock } from '../../src/core/clock.ts';
import type { Sink } from '../../src/core/sink.ts';
import type { Chance } from './chance.ts';

/** A request takes half of `latencyMs`, and on average as much again. */
export function simulatedSink(clock: Clock, chance: Chance, latencyMs: number): Sink {
  let posts = 0;
  const answer = async (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    clock.after(latencyMs / 2 + chance.around(latencyMs / 2), resolve);
    await promise;
  };
  return {
    create: async () => {
      await answer();
      posts += 1;
      return { postId: `post${posts}` };
    },
    edit: answer,
    read: async () => undefined,
    findOwn: async () => [],
    findPinned: async () => [],
    pin: answer,
    react: answer,
    unreact: answer,
    probe: answer,
  };
}
