// Holds the ordinary requests that may be sent, by channel, in the order of their waiting. The cap says which channels are open.

import type { ChannelCap } from './channel-cap.ts';
import { Heap } from './heap.ts';
import type { Plan } from './plan.ts';

interface Queue {
  readonly channelId: string;
  readonly plans: Heap<Plan>;
  /** As far as it is in the heap of closed channels. */
  openAt: number;
}

const UNCOUNTED = ''; // Requests that count in no channel have a queue of their own, which is always open.

/** What counts as waiting longer. */
export function waitsLonger(one: Plan, other: Plan): boolean {
  return one.since < other.since;
}

export class ChannelQueues {
  readonly #cap: ChannelCap;
  readonly #queuesByChannel = new Map<string, Queue>();
  readonly #open = new Heap<Queue>((one, other) => sinceOf(one) < sinceOf(other));
  readonly #closed = new Heap<Queue>((one, other) => one.openAt < other.openAt);

  constructor(cap: ChannelCap) {
    this.#cap = cap;
  }

  put(plan: Plan): void {
    const channelId = plan.countsIn ?? UNCOUNTED;
    const queue = this.#queuesByChannel.get(channelId) ?? { channelId, plans: new Heap(waitsLonger), openAt: 0 };
    this.#queuesByChannel.set(channelId, queue);
    queue.plans.put(plan);
    this.#open.put(queue);
    this.#closed.delete(queue);
  }

  delete(plan: Plan): void {
    const queue = this.#queuesByChannel.get(plan.countsIn ?? UNCOUNTED);
    if (queue === undefined) return;
    queue.plans.delete(plan);
    this.#open.delete(queue);
    this.#closed.delete(queue);
    if (queue.plans.size > 0) this.#open.put(queue);
    else this.#queuesByChannel.delete(queue.channelId);
  }

  /** What has waited longest in a channel that is open at the instant `now`. */
  first(now: number): Plan | undefined {
    for (let queue = this.#closed.first(); queue !== undefined && queue.openAt <= now; queue = this.#closed.first()) {
      this.#closed.delete(queue);
      this.#open.put(queue);
    }
    for (let queue = this.#open.first(); queue !== undefined; queue = this.#open.first()) {
      queue.openAt = this.#cap.openAt(queue.channelId);
      if (queue.openAt <= now) return queue.plans.first();
      this.#open.delete(queue);
      this.#closed.put(queue);
    }
    return undefined;
  }

  /** When the next closed channel opens, as of the last `first`. */
  nextAt(): number | undefined {
    return this.#closed.first()?.openAt;
  }

  /** How many wait in that channel. */
  waitingIn(channelId: string): number {
    return this.#queuesByChannel.get(channelId)?.plans.size ?? 0;
  }
}

function sinceOf({ plans }: Queue): number {
  return plans.first()?.since ?? Number.POSITIVE_INFINITY;
}
