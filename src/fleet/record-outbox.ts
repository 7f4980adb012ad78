// Keeps the bus equal to the newest state of each box of this gateway. There is no queue: what is newer replaces what waits, so an outage of any
// length costs one record a box. Knows neither NATS nor turns.

import type { Clock } from '../core/clock.ts';
import { errorText } from '../core/error-code.ts';
import type { Logger } from '../core/log.ts';
import { createRepeatLog, type RepeatLog } from '../core/repeat-log.ts';
import { Timers } from '../core/timers.ts';
import { wait } from '../core/wait.ts';
import { encodeRecord } from './fit-record.ts';
import type { TurnRecord } from './turn-record.ts';

export interface OutboxPorts {
  clock: Clock;
  log: Logger;
  /** Resolves when the bus has it for good. No bytes: the box is over, and nobody needs its record. */
  send(boxId: string, bytes: Uint8Array | undefined, seq: number): Promise<void>;
}

/** Makes the record as of now, when it is about to be sent; `undefined` for a turn that is not known any more. */
type MakeRecord = (seq: number) => TurnRecord | undefined;

interface Sending {
  boxId: string;
  bytes: Uint8Array | undefined;
  seq: number;
}

const MOST_AT_ONCE = 64;
const LOOK_MS = 20;
const RETRY_MS = 1_000; // all boxes are equal again within five seconds of the bus coming back

export class RecordOutbox {
  readonly #ports: OutboxPorts;
  readonly #repeats: RepeatLog;
  readonly #timers: Timers<'retry'>;
  /** What is to be sent, by box; `undefined` when the box is over. */
  readonly #waitingByBox = new Map<string, MakeRecord | undefined>();
  readonly #sendingBoxes = new Set<string>();
  #seq = 0;
  /** The newest answer of the bus was a failure. Then one box at a time shows whether it is back. */
  #isAway = false;
  #because: string | undefined;
  readonly #tooLargeIds = new Set<string>();
  #isStopped = false;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
    this.#repeats = createRepeatLog(ports.log, ports.clock);
    this.#timers = new Timers(ports.clock);
  }

  /** Boxes whose newest state the bus does not have yet. */
  get waiting(): number {
    return new Set([...this.#waitingByBox.keys(), ...this.#sendingBoxes]).size;
  }

  /** Why the bus took the newest record not, for people; `undefined` when it did. */
  get because(): string | undefined {
    return this.#because;
  }

  /** Boxes that cannot be told in 16 KB as they are now. */
  get tooLarge(): number {
    return this.#tooLargeIds.size;
  }

  put(boxId: string, make: MakeRecord): void {
    this.#waitingByBox.set(boxId, make);
    this.#sendAll();
  }

  /** The box is over and old. */
  forget(boxId: string): void {
    this.#waitingByBox.set(boxId, undefined);
    this.#sendAll();
  }

  /** Resolves when the bus has everything, or when the time is up. */
  async drain(deadlineMs: number): Promise<void> {
    const { clock } = this.#ports;
    const deadline = clock.monotonic() + deadlineMs;
    while (this.waiting > 0 && clock.monotonic() < deadline) await wait(clock, LOOK_MS);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#timers.stop();
  }

  /** Nothing is tried while a retry is waited for. */
  #sendAll(): void {
    if (this.#isStopped || this.#timers.isWaiting('retry')) return;
    for (const [boxId, make] of this.#waitingByBox) {
      if (this.#sendingBoxes.size >= (this.#isAway ? 1 : MOST_AT_ONCE)) return;
      if (!this.#sendingBoxes.has(boxId)) this.#begin(boxId, make);
    }
  }

  #begin(boxId: string, make: MakeRecord | undefined): void {
    this.#waitingByBox.delete(boxId);
    this.#seq += 1;
    const seq = this.#seq;
    const record = make?.(seq);
    const bytes = record === undefined ? undefined : encodeRecord(record);
    if (record !== undefined && bytes === undefined) return this.#leaveOut(boxId);
    this.#tooLargeIds.delete(boxId);
    this.#sendingBoxes.add(boxId);
    this.#timers.track(this.#send({ boxId, bytes, seq }, make));
  }

  #leaveOut(boxId: string): void {
    this.#tooLargeIds.add(boxId);
    this.#repeats.failed('size', { box: boxId }, 'A turn cannot be told in 16 KB; its box is not shown by the fleet.');
  }

  async #send({ boxId, bytes, seq }: Sending, make: MakeRecord | undefined): Promise<void> {
    try {
      await this.#ports.send(boxId, bytes, seq);
      this.#isAway = false;
      this.#because = undefined;
      this.#repeats.recovered('send', {}, 'The bus of the fleet takes records again.');
    } catch (error) {
      this.#isAway = true;
      this.#because = errorText(error);
      if (!this.#waitingByBox.has(boxId)) this.#waitingByBox.set(boxId, make);
      this.#repeats.failed(
        'send',
        { because: this.#because },
        'The bus of the fleet takes no records; the newest state of each box is kept.',
      );
      if (!this.#isStopped) this.#timers.once('retry', RETRY_MS, () => this.#sendAll());
    } finally {
      this.#sendingBoxes.delete(boxId);
      this.#sendAll();
    }
  }
}
