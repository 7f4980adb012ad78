// The source of a publisher: the newest record of every box of the fleet becomes sessions that are told. Knows nothing of what is drawn.

import type { NatsConnection } from '@nats-io/transport-node';
import type { Source, SourceHealth } from '../core/source.ts';
import { toldName } from '../core/told-name.ts';
import { sessionsOf } from '../fleet/keys-of-gateway.ts';
import { RecordInbox } from '../fleet/record-inbox.ts';
import type { TurnRecord } from '../fleet/turn-record.ts';
import type { TellingHost } from './sources.ts';
import type { ToldFindings } from './told-findings.ts';

const FLEET_SOURCE = 'fleet';

export interface FleetSourcePorts {
  connection: NatsConnection;
  /** The chat server whose boxes are told. */
  server: string;
  findings: ToldFindings;
}

type Host = Pick<TellingHost, 'clock' | 'tell'>;

export class FleetSource implements Source {
  readonly id = FLEET_SOURCE;
  readonly capabilities = { agents: FLEET_SOURCE, namesRuns: true };
  readonly #ports: FleetSourcePorts;
  readonly #host: Host;
  readonly #inbox: RecordInbox;
  readonly #stopped = Promise.withResolvers<void>();
  #isStopped = false;
  #wasRead = false;
  #lastEventAt: number | undefined;

  constructor(ports: FleetSourcePorts, host: Host) {
    this.#ports = ports;
    this.#host = host;
    this.#inbox = new RecordInbox({
      onRecord: (record) => this.#take(record),
      onGone: ({ gateway, boxId }) => ports.findings.forget(toldName(boxId, gateway)),
    });
  }

  async start(): Promise<void> {
    const { connection, server } = this.#ports;
    await this.#inbox.start(connection, server);
    await Promise.race([this.#inbox.caughtUp, this.#stopped.promise, connection.closed()]);
    this.#wasRead = true;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopped.resolve();
    await this.#inbox.stop();
  }

  health(): SourceHealth {
    const isOpen = !this.#ports.connection.isClosed();
    return {
      condition: isOpen ? { state: 'readable' } : { state: 'unreadable', because: 'the bus of the fleet is not connected' },
      wasRead: this.#wasRead,
      lastEventAt: this.#lastEventAt,
      unknownKinds: this.#inbox.unknownLines === 0 ? {} : { line: this.#inbox.unknownLines },
      problems: this.#inbox.leftOut,
    };
  }

  #take(record: TurnRecord): void {
    if (this.#isStopped) return;
    this.#lastEventAt = this.#host.clock.now();
    const sessions = sessionsOf(record);
    const boxId = sessions.at(-1)?.turns[0]?.boxId;
    if (boxId !== undefined) this.#ports.findings.set(boxId, record.marks);
    for (const session of sessions) this.#host.tell(session, FLEET_SOURCE);
  }
}
