// What a watcher keeps for the bus, in a time of its own.

import { describe, expect, it } from 'vitest';
import type { Logger } from '../../../src/core/log.ts';
import { decodeRecord } from '../../../src/fleet/decode-record.ts';
import { RecordOutbox } from '../../../src/fleet/record-outbox.ts';
import { FakeClock } from '../../support/clock.ts';
import { recordNamed } from './named-records.ts';

const HOUR_S = 3_600;
const LATENCY_MS = 20;

class Bus {
  readonly clock = new FakeClock();
  readonly said: string[] = [];
  readonly titleByBox = new Map<string, string>();
  isAway = false;
  tries = 0;
  made = 0;
  inFlight = 0;
  mostInFlight = 0;
  readonly outbox: RecordOutbox;

  constructor() {
    const note = (_: object, text: string): void => void this.said.push(text);
    const log: Logger = { debug: note, info: note, warn: note, error: note };
    this.outbox = new RecordOutbox({ clock: this.clock, log, send: (boxId, bytes) => this.#take(boxId, bytes) });
  }

  says(boxId: string, title: string): void {
    this.outbox.put(boxId, (seq) => {
      this.made += 1;
      return recordNamed({ gateway: 'web-1', boxId, epoch: 1, seq, title });
    });
  }

  async #take(boxId: string, bytes: Uint8Array | undefined): Promise<void> {
    this.tries += 1;
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.clock.after(LATENCY_MS, resolve);
    await promise;
    this.inFlight -= 1;
    if (this.isAway) throw new Error('the bus is away');
    if (bytes === undefined) return void this.titleByBox.delete(boxId);
    const decoded = decodeRecord(bytes, { gateway: 'web-1', boxId });
    if ('refused' in decoded) throw new Error(decoded.refused);
    this.titleByBox.set(boxId, decoded.record.sessions[0].title ?? '');
  }
}

describe('the outbox of a watcher', () => {
  it('keeps one state per box while the bus is away for an hour, says so, and all boxes are equal within five seconds after it is back', async () => {
    const bus = new Bus();
    for (let box = 0; box < 100; box += 1) bus.says(`box-${box}`, 'before');
    await bus.clock.advance(1_000);
    bus.isAway = true;
    for (let second = 0; second < HOUR_S; second += 1) {
      bus.says(`box-${second % 100}`, `at ${second}`);
      await bus.clock.advance(1_000);
    }
    expect(bus.outbox.waiting).toBe(100);
    expect(bus.tries).toBeLessThan(HOUR_S + 200);
    expect(bus.said.filter((text) => text.includes('the newest state of each box is kept')).length).toBeGreaterThan(0);
    expect(bus.said.length).toBeLessThan(10);
    bus.isAway = false;
    await bus.clock.advance(5_000);
    expect(bus.outbox.waiting).toBe(0);
    expect([...bus.titleByBox.values()]).toEqual(Array.from({ length: 100 }, (_, box) => `at ${HOUR_S - 100 + box}`));
  });

  it('tells what is newest when it is sent, with one message of a box on its way, and few in all', async () => {
    const bus = new Bus();
    for (let step = 0; step < 1_000; step += 1) bus.says('box', `step ${step}`);
    expect(bus.made).toBe(1);
    for (let box = 0; box < 500; box += 1) bus.says(`box-${box}`, 'works');
    await bus.clock.advance(5_000);
    expect(bus.titleByBox.get('box')).toBe('step 999');
    expect([bus.made, bus.tries, bus.titleByBox.size]).toEqual([502, 502, 501]);
    expect(bus.mostInFlight).toBeLessThanOrEqual(64);
  });

  it('says that a box is over after what was on its way, and takes it up again when it goes on', async () => {
    const bus = new Bus();
    bus.says('box', 'done');
    bus.outbox.forget('box');
    await bus.clock.advance(1_000);
    expect([bus.titleByBox.size, bus.outbox.waiting]).toEqual([0, 0]);
    bus.says('box', 'goes on');
    await bus.clock.advance(1_000);
    expect(bus.titleByBox.get('box')).toBe('goes on');
  });

  it('leaves out and counts what 16 KB cannot tell, and sends the rest', async () => {
    const bus = new Bus();
    bus.outbox.put('huge', (seq) => {
      const record = recordNamed({ gateway: 'web-1', boxId: 'huge', epoch: 1, seq, title: '' });
      const [root] = record.sessions;
      return { ...record, sessions: [{ ...root, key: 'k'.repeat(20_000) }] };
    });
    bus.says('box', 'works');
    await bus.clock.advance(1_000);
    expect([bus.outbox.tooLarge, bus.outbox.waiting, bus.titleByBox.size]).toEqual([1, 0, 1]);
  });

  it('does nothing any more when it is stopped', async () => {
    const bus = new Bus();
    bus.isAway = true;
    bus.says('box', 'works');
    await bus.clock.advance(100);
    await bus.outbox.stop();
    const { tries } = bus;
    bus.says('box', 'works on');
    await bus.clock.advance(60_000);
    expect([bus.tries, bus.clock.pending()]).toEqual([tries, 0]);
  });
});
