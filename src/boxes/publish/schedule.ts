// Knows what every box waits for, and which of them comes next. Nothing here looks at all boxes: a thousand wait as cheaply as ten.

import type { ChannelCap } from './channel-cap.ts';
import { ChannelQueues, waitsLonger } from './channel-queues.ts';
import { Heap } from './heap.ts';
import type { Lane, Plan } from './plan.ts';

export class Schedule {
  readonly #plansById = new Map<string, Plan>();
  readonly #later = new Heap<Plan>((one, other) => one.readyAt < other.readyAt);
  readonly #ready: { readonly [L in Lane]: L extends 'ordinary' ? ChannelQueues : Heap<Plan> };

  constructor(cap: ChannelCap) {
    this.#ready = {
      end: new Heap(waitsLonger),
      urgent: new Heap(waitsLonger),
      opening: new Heap(waitsLonger),
      ordinary: new ChannelQueues(cap),
    };
  }

  /** From now on the box waits for this; `undefined`: for nothing. Returns whether that is news. */
  set(boxId: string, plan: Plan | undefined): boolean {
    const known = this.#plansById.get(boxId);
    if (known !== undefined && plan !== undefined && isSame(known, plan)) return false;
    if (known !== undefined) this.#remove(known);
    if (plan === undefined) return known !== undefined;
    this.#plansById.set(boxId, plan);
    this.#later.put(plan);
    return true;
  }

  #remove(plan: Plan): void {
    this.#plansById.delete(plan.boxId);
    this.#later.delete(plan);
    this.#ready[plan.lane].delete(plan);
  }

  /** What has waited longest in that lane and may be sent at the instant `now`. */
  first(lane: Lane, now: number): Plan | undefined {
    for (let plan = this.#later.first(); plan !== undefined && plan.readyAt <= now; plan = this.#later.first()) {
      this.#later.delete(plan);
      this.#ready[plan.lane].put(plan);
    }
    return lane === 'ordinary' ? this.#ready.ordinary.first(now) : this.#ready[lane].first();
  }

  /** When something more may be sent, as of the last `first`. */
  nextAt(): number | undefined {
    return earliest(this.#later.first()?.readyAt, this.#ready.ordinary.nextAt());
  }

  /** How many ordinary edits of that channel wait although their pace is over. */
  waitingIn(channelId: string): number {
    return this.#ready.ordinary.waitingIn(channelId);
  }

  /** Since when the change has waited that waits longest for its turn. */
  oldestReadyAt(now: number): number {
    const firsts = [this.first('opening', now), this.first('ordinary', now)];
    return Math.min(...firsts.map((plan) => plan?.readyAt ?? now));
  }

  isEmpty(): boolean {
    return this.#plansById.size === 0;
  }
}

/** The first of several instants, as far as they are known. */
export function earliest(...instants: readonly (number | undefined)[]): number | undefined {
  const known = instants.filter((at) => at !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function isSame(one: Plan, other: Plan): boolean {
  return one.lane === other.lane && one.readyAt === other.readyAt && one.since === other.since && one.countsIn === other.countsIn;
}
