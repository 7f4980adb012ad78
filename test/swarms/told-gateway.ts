// A gateway of a fleet as far as the bus sees it: agents work there, and each of their turns is told as a whole.

import { connect } from '@nats-io/transport-node';
import { onTestFinished } from 'vitest';
import type { SessionEvent } from '../../src/core/event.ts';
import { Fold } from '../../src/core/fold.ts';
import { treeOf } from '../../src/core/tree.ts';
import { BusLink } from '../../src/fleet/bus-link.ts';
import { busSender } from '../../src/fleet/bus-sender.ts';
import { RecordOutbox } from '../../src/fleet/record-outbox.ts';
import { recordOf, type RecordMarks } from '../../src/fleet/turn-record.ts';
import { systemClock } from '../../src/process/system-clock.ts';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { until } from '../support/until.ts';

type Fact = SessionEvent extends infer E ? (E extends SessionEvent ? Omit<E, 'sessionKey' | 'at' | 'source' | 'namesRuns'> : never) : never;

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export class ToldGateway {
  readonly name: string;
  readonly fold = new Fold();
  readonly outbox: RecordOutbox;
  readonly #link: BusLink;
  readonly #epoch = Date.now();
  readonly #marksByKey = new Map<string, RecordMarks>();
  readonly #now: () => number;
  #names = 0;

  /** `aheadMs`: by how much its clock is ahead of ours. */
  constructor(url: string, name: string, { server = 'main', aheadMs = 0 }: { server?: string; aheadMs?: number } = {}) {
    this.name = name;
    this.#now = () => Date.now() + aheadMs;
    this.#link = new BusLink({
      clock: systemClock,
      log: quiet,
      connect: () => connect({ servers: url, reconnect: false }),
      onConnected: async () => undefined,
    });
    const send = busSender({ connection: () => this.#link.connection, server, gateway: name, now: this.#now });
    this.outbox = new RecordOutbox({ clock: systemClock, log: quiet, send });
    this.#link.start();
    onTestFinished(() => this.stop());
  }

  async stop(): Promise<void> {
    await this.#link.stop();
    await this.outbox.stop();
  }

  /** A session in the public channel whose agent is asked something. */
  asks(key: string, agentId: string): void {
    this.#happens(key, { type: 'session_seen', agentId, route: { kind: 'channel', channelId: SAMPLE.publicId } });
    this.#happens(key, { type: 'turn_started', trigger: { kind: 'operator' }, messageId: this.#nextName() });
  }

  says(key: string, text: string): void {
    this.#happens(key, { type: 'message', messageId: this.#nextName(), text, stop: 'tools' });
  }

  ends(key: string, text: string): void {
    this.#happens(key, { type: 'message', messageId: this.#nextName(), text, stop: 'stop' });
  }

  /** What its coordinator found about the session, told with the next thing that happens there. */
  marks(key: string, marks: RecordMarks): void {
    this.#marksByKey.set(key, marks);
  }

  /** Resolves when the bus has everything. */
  async told(): Promise<void> {
    await until('all is on the bus', () => this.outbox.waiting === 0);
  }

  #nextName(): string {
    this.#names += 1;
    return `m${this.#names}`;
  }

  #happens(sessionKey: string, fact: Fact): void {
    const { roots } = this.fold.apply({ ...fact, sessionKey, at: this.#now(), source: 'transcripts' });
    for (const { session, turn } of roots) {
      const tree = treeOf(this.fold.sessionsByKey, session, turn);
      const facts = {
        gateway: this.name,
        epoch: this.#epoch,
        redact: (text: string) => text,
        marks: this.#marksByKey.get(session.key) ?? {},
      };
      this.outbox.put(turn.boxId, (seq) => recordOf(tree, { ...facts, seq }));
    }
  }
}
