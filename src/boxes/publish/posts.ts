// Holds the state of each box's post, and with every change what the box waits for. Knows neither budget nor server.

import type { ChannelCap } from './channel-cap.ts';
import { planOf, type PlanRules } from './plan.ts';
import { isShutOut, type PostState } from './post-state.ts';
import { Schedule } from './schedule.ts';

export class Posts {
  readonly schedule: Schedule;
  readonly #rules: PlanRules;
  readonly #statesById = new Map<string, PostState>();
  readonly #inFlight = new Set<string>();
  /** Boxes whose channel is closed to us. */
  readonly #shutOutByChannel = new Map<string, Set<string>>();
  #isFlushing = false;

  constructor(rules: PlanRules, cap: ChannelCap) {
    this.#rules = rules;
    this.schedule = new Schedule(cap);
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  get(boxId: string): PostState | undefined {
    return this.#statesById.get(boxId);
  }

  values(): Iterable<PostState> {
    return this.#statesById.values();
  }

  /** Returns when the box may be sent at the earliest, when that is news. */
  set(state: PostState): number | undefined {
    this.#leaveChannel(state.boxId);
    this.#statesById.set(state.boxId, state);
    this.#index(state);
    return this.#plan(state);
  }

  delete(boxId: string): void {
    this.#leaveChannel(boxId);
    this.#inFlight.delete(boxId);
    this.#statesById.delete(boxId);
    this.schedule.set(boxId, undefined);
  }

  /** At a shutdown every box is planned without its pace; after it, with it again. */
  setFlushing(isFlushing: boolean): void {
    this.#isFlushing = isFlushing;
    for (const state of this.values()) this.#plan(state);
  }

  /** The boxes that wait because that channel is closed to us. */
  shutOutOf(channelId: string): PostState[] {
    return [...(this.#shutOutByChannel.get(channelId) ?? [])].flatMap((boxId) => this.#statesById.get(boxId) ?? []);
  }

  #index(state: PostState): void {
    const { boxId, target } = state;
    if (state.attempt === undefined) this.#inFlight.delete(boxId);
    else this.#inFlight.add(boxId);
    if (!isShutOut(state)) return;
    const boxIds = this.#shutOutByChannel.get(target.channelId) ?? new Set();
    this.#shutOutByChannel.set(target.channelId, boxIds.add(boxId));
  }

  #leaveChannel(boxId: string): void {
    const known = this.#statesById.get(boxId);
    if (known === undefined || !isShutOut(known)) return;
    const { channelId } = known.target;
    const boxIds = this.#shutOutByChannel.get(channelId);
    boxIds?.delete(boxId);
    if (boxIds?.size === 0) this.#shutOutByChannel.delete(channelId);
  }

  #plan(state: PostState): number | undefined {
    const plan = planOf(state, this.#rules, this.#isFlushing);
    return this.schedule.set(state.boxId, plan) ? plan?.readyAt : undefined;
  }
}
