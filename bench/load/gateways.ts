// A process that is the watchers of many gateways, as far as the bus sees them: each with a connection of its own, and turns that it tells as
// records, as watchers do. Arguments: the address of the bus, how many gateways, how many turns each. Its parent says what they shall do.

import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@nats-io/transport-node';
import type { SessionEvent } from '../../src/core/event.ts';
import { Fold } from '../../src/core/fold.ts';
import { treeOf } from '../../src/core/tree.ts';
import { busSender } from '../../src/fleet/bus-sender.ts';
import { RecordOutbox } from '../../src/fleet/record-outbox.ts';
import { recordOf } from '../../src/fleet/turn-record.ts';
import { systemClock } from '../../src/process/system-clock.ts';
import { createRedactor } from '../../src/text/redact.ts';
import { channelOf } from '../harness/seed.ts';
import { markOf } from '../harness/sink.ts';

export type ToGateways = { kind: 'begin' } | { kind: 'work'; perSecond: number; seconds: number };
/** `sent`: how many records the bus has taken in all. */
export interface FromGateways {
  kind: 'ready' | 'done';
  sent: number;
}

type Bare = SessionEvent extends infer E ? (E extends SessionEvent ? Omit<E, 'sessionKey' | 'at' | 'source'> : never) : never;

const TICK_MS = 10;
const SAID = 'Looking at what the tests say about the second case of the parser, which reads one line too many when the file ends early. ';
const ignore = (): void => undefined;
const QUIET = { debug: ignore, info: ignore, warn: ignore, error: ignore };
const redact = createRedactor([]);

const [, , url = '', gatewayCount = '', turnCount = ''] = process.argv;
const [gateways, turnsEach] = [Number(gatewayCount), Number(turnCount)];
let sent = 0;

class Gateway {
  readonly #fold = new Fold();
  readonly #outbox: RecordOutbox;
  readonly #name: string;
  #steps = 0;

  constructor(name: string, send: ReturnType<typeof busSender>) {
    this.#name = name;
    const counted: typeof send = async (...record) => {
      await send(...record);
      sent += 1;
    };
    this.#outbox = new RecordOutbox({ clock: systemClock, log: QUIET, send: counted });
  }

  get waiting(): number {
    return this.#outbox.waiting;
  }

  begin(number: number): void {
    const route = { kind: 'channel', channelId: channelOf(number) } as const;
    this.#happens(number, { type: 'session_seen', agentId: `agent${number}`, route });
    this.#happens(number, { type: 'turn_started', trigger: { kind: 'operator' }, messageId: `u${number}` });
    this.step(number);
  }

  step(number: number): void {
    this.#steps += 1;
    const text = `${SAID}${this.#steps} ${markOf('s', number)}`;
    this.#happens(number, { type: 'message', messageId: `m${this.#steps}`, stop: 'tools', text });
  }

  #happens(number: number, event: Bare): void {
    const sessionKey = `agent:agent${number}:mattermost:channel:${channelOf(number)}`;
    const { roots } = this.#fold.apply({ ...event, sessionKey, at: Date.now(), source: 'transcripts' });
    for (const { session, turn } of roots) {
      const facts = { gateway: this.#name, epoch: 1, redact, marks: {} };
      this.#outbox.put(turn.boxId, (seq) => recordOf(treeOf(this.#fold.sessionsByKey, session, turn), { ...facts, seq }));
    }
  }
}

const all = await Promise.all(
  Array.from({ length: gateways }, async (_, index) => {
    const name = `bench-${index}`;
    const connection = await connect({ servers: url });
    return new Gateway(name, busSender({ connection: () => connection, server: 'main', gateway: name, now: Date.now }));
  }),
);
const gatewayOf = (turn: number): Gateway | undefined => all[turn % gateways];

async function told(): Promise<void> {
  while (all.some(({ waiting }) => waiting > 0)) await sleep(TICK_MS);
}

/** Spread evenly over time and turns. */
async function work(perSecond: number, seconds: number): Promise<void> {
  const startedAt = performance.now();
  const [turns, total] = [gateways * turnsEach, perSecond * seconds];
  for (let done = 0; done < total; await sleep(TICK_MS)) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) / 1_000) * perSecond));
    for (; done < due; done += 1) gatewayOf(done % turns)?.step(done % turns);
  }
}

function tell(kind: FromGateways['kind']): void {
  process.send?.({ kind, sent } satisfies FromGateways);
}

process.on('message', (message: ToGateways) => {
  void (async () => {
    if (message.kind === 'work') await work(message.perSecond, message.seconds);
    else for (let turn = 0; turn < gateways * turnsEach; turn += 1) gatewayOf(turn)?.begin(turn);
    await told();
    tell('done');
  })();
});
process.once('disconnect', () => process.exit());
tell('ready');
