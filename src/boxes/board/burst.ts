// Collects the boxes that a burst of events changed: each is brought up to date once per burst, not once per event, and then drawn.
// Owns what waits for either. What takes long is done in slices. Knows neither turns nor slots.

import type { Clock } from '../../core/clock.ts';
import { beginSlice } from '../../core/slice.ts';

export type Draw = () => void;

export interface BurstPorts {
  clock: Clock;
  /** Whether nothing is drawn yet. What has changed by then is dropped. */
  isTooEarly(): boolean;
  /** Brings the box up to date. Returns what draws it, if it can be drawn. */
  update(boxId: string): Draw | undefined;
  /** Called when all boxes are up to date. Returns which others are to be drawn. */
  alsoDrawn(): Iterable<[boxId: string, draw: Draw]>;
  /** Called after every slice. */
  afterSlice(): void;
}

export class Burst {
  readonly #ports: BurstPorts;
  readonly #dirtyIds = new Set<string>();
  /** What is not dirty any more, but still to be drawn. */
  readonly #drawsById = new Map<string, Draw>();
  #cancel: (() => void) | undefined;

  constructor(ports: BurstPorts) {
    this.#ports = ports;
  }

  /** The boxes are updated and drawn at the end of the burst. */
  add(boxIds: readonly string[]): void {
    for (const boxId of boxIds) this.#dirtyIds.add(boxId);
    this.#runSoon();
  }

  forget(boxId: string): void {
    this.#drawsById.delete(boxId);
  }

  /** Does all that waits, at once. */
  finish(): void {
    while (this.#isWaiting()) this.run();
  }

  /** Does a slice of what waits, at once, and asks for the next one. */
  run(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#ports.isTooEarly()) return this.#dirtyIds.clear();
    const isTimeUp = beginSlice(this.#ports.clock);
    this.#update(isTimeUp);
    if (this.#dirtyIds.size === 0) this.#draw(isTimeUp);
    this.#runSoon();
    this.#ports.afterSlice();
  }

  #isWaiting(): boolean {
    return this.#dirtyIds.size + this.#drawsById.size > 0;
  }

  #runSoon(): void {
    if (this.#isWaiting()) this.#cancel ??= this.#ports.clock.after(0, () => this.run());
  }

  #update(isTimeUp: () => boolean): void {
    for (const boxId of this.#dirtyIds) {
      if (isTimeUp()) return;
      this.#dirtyIds.delete(boxId);
      const draw = this.#ports.update(boxId);
      if (draw === undefined) this.#drawsById.delete(boxId);
      else this.#drawsById.set(boxId, draw);
    }
  }

  #draw(isTimeUp: () => boolean): void {
    for (const [boxId, draw] of this.#ports.alsoDrawn()) if (!this.#drawsById.has(boxId)) this.#drawsById.set(boxId, draw);
    for (const [boxId, draw] of this.#drawsById) {
      this.#drawsById.delete(boxId);
      draw();
      if (isTimeUp()) return;
    }
  }
}
