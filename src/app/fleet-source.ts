// The source of a publisher: the newest record of every box of the fleet becomes sessions that are told. Knows nothing of what is drawn.

import type { NatsConnection } from '@nats-io/transport-node';
import { errorText } from '../core/error-code.ts';
import type { GatewayHealth, Source, SourceHealth } from '../core/source.ts';
import { shiftSession } from '../core/clock-shift.ts';
import { endRuns } from '../core/run-end.ts';
import type { Session, TurnTree } from '../core/session.ts';
import { judge, type StatusLimits } from '../core/status.ts';
import { ownName, toldName } from '../core/told-name.ts';
import { Timers } from '../core/timers.ts';
import { treeOf } from '../core/tree.ts';
import { busSender } from '../fleet/bus-sender.ts';
import { ClockDifferences, type SentTimes } from '../fleet/clock-differences.ts';
import { sessionsOf } from '../fleet/keys-of-gateway.ts';
import { GatewaySilence } from '../fleet/gateway-silence.ts';
import { PresenceInbox } from '../fleet/presence-inbox.ts';
import { RecordInbox } from '../fleet/record-inbox.ts';
import { type UntoldBox, UntoldBoxes } from '../fleet/untold-boxes.ts';
import { type TurnRecord, turnOf } from '../fleet/turn-record.ts';
import type { TellingHost } from './sources.ts';
import type { ToldFindings } from './told-findings.ts';
import { ToldRecords } from './told-records.ts';

const FLEET_SOURCE = 'fleet';
const BUS_TIME_MS = 60_000; // so soon a clock of ours that was set counts as it is

export interface FleetSourcePorts {
  connection: NatsConnection;
  /** The chat server whose boxes are told. */
  server: string;
  findings: ToldFindings;
  limits: StatusLimits;
}

type Host = Pick<TellingHost, 'clock' | 'log' | 'sessions' | 'tell' | 'untell'>;

export class FleetSource implements Source {
  readonly id = FLEET_SOURCE;
  readonly capabilities = { agents: FLEET_SOURCE, namesRuns: true };
  readonly #ports: FleetSourcePorts;
  readonly #host: Host;
  readonly #inbox: RecordInbox;
  readonly #presence: PresenceInbox;
  readonly #silence: GatewaySilence;
  readonly #untold = new UntoldBoxes();
  readonly #told: ToldRecords;
  readonly #clocks = new ClockDifferences();
  readonly #timers: Timers<'bus time'>;
  readonly #stopped = Promise.withResolvers<void>();
  #isStopped = false;
  #wasRead = false;
  #lastEventAt: number | undefined;

  constructor(ports: FleetSourcePorts, host: Host) {
    this.#ports = ports;
    this.#host = host;
    this.#told = new ToldRecords(host, ports.limits, FLEET_SOURCE);
    this.#inbox = new RecordInbox({
      onRecord: (record, times) => this.#take(record, times),
      onBusTime: (at) => this.#clocks.setBusTime(at, host.clock.now()),
      onGone: ({ gateway, boxId }) => this.#forget(toldName(boxId, gateway)),
    });
    const { clock, log } = host;
    this.#timers = new Timers(clock);
    this.#silence = new GatewaySilence({
      clock,
      log,
      onSilent: (gateway, silentSince) => this.#tellAgain(gateway, { silentSince }),
      onHeard: (gateway) => this.#tellAgain(gateway, {}),
    });
    this.#presence = new PresenceInbox((gateway, presence) => {
      this.#silence.present(gateway, presence);
      for (const box of this.#untold.untold(gateway, presence)) this.#tellLoss(box);
    });
  }

  async start(): Promise<void> {
    const { connection, server } = this.#ports;
    await Promise.all([this.#inbox.start(connection, server), this.#presence.start(connection)]);
    const caughtUp = Promise.all([this.#inbox.caughtUp, this.#presence.caughtUp]);
    await Promise.race([caughtUp, this.#stopped.promise, connection.closed()]);
    this.#wasRead = true;
    this.#silence.start();
    this.#timers.repeat(
      'bus time',
      () => BUS_TIME_MS,
      () => this.#inbox.askBusTime().catch(() => undefined), // the connection is lost, and health says so
    );
  }

  gateways(): GatewayHealth[] {
    return this.#silence.gateways();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopped.resolve();
    await Promise.all([this.#inbox.stop(), this.#presence.stop(), this.#silence.stop(), this.#timers.stop()]);
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

  #take(record: TurnRecord, times: SentTimes): void {
    if (this.#isStopped) return;
    this.#lastEventAt = this.#host.clock.now();
    const behindMs = this.#behindMs(record.gateway, times);
    this.#noteHeard(record, behindMs);
    this.#untold.note(record);
    const sessions = sessionsOf(record).map((session) => (behindMs === 0 ? session : shiftSession(session, behindMs)));
    const boxId = sessions.at(-1)?.turns[0]?.boxId;
    if (boxId === undefined) return;
    this.#ports.findings.set(boxId, record.marks);
    this.#told.take(sessions);
  }

  /** By how much the clock of that gateway is behind ours. */
  #behindMs(gateway: string, times: SentTimes): number {
    const { behindMs, isNew } = this.#clocks.behind(gateway, times);
    if (isNew)
      this.#host.log.warn({ gateway, byMs: behindMs }, 'The clock of a gateway differs from ours; its times are shown by our clock.');
    return behindMs;
  }

  #forget(boxId: string): void {
    const open = this.#untold.forget(boxId);
    if (open !== undefined) this.#endAsLost(open);
    this.#told.forget(boxId);
    this.#ports.findings.forget(boxId);
  }

  /** The record of a turn that its gateway does not know any more is of no use to the next publisher. */
  #tellLoss(box: UntoldBox): void {
    if (!this.#endAsLost(box)) return;
    const { gateway, boxId } = box;
    const { log } = this.#host;
    log.info({ gateway, box: boxId }, 'A gateway of the fleet was started anew and does not know a turn any more.');
    const send = busSender({
      connection: () => this.#ports.connection,
      server: this.#ports.server,
      gateway,
      now: () => this.#host.clock.now(),
    });
    void send(ownName(boxId, gateway), undefined, 0).catch((error: unknown) =>
      log.debug({ because: errorText(error) }, 'The record of a turn that nobody knows could not be taken off the bus.'),
    );
  }

  /** A turn that nobody tells any more does not run. Returns whether it did, as far as we knew. One that moved into another box has not ended. */
  #endAsLost({ boxId, sessionKey }: UntoldBox): boolean {
    const { sessions, tell, clock } = this.#host;
    const session = sessions().get(sessionKey);
    const turn = session?.turns.find((other) => other.boxId === boxId);
    if (session === undefined || turn === undefined || turn.end !== undefined || turn.hostKey !== undefined) return false;
    const tree = treeOf(sessions(), session, turn, clock.now());
    if (judge(tree, this.#ports.limits).status.final) return false;
    for (const lost of lostIn(tree)) tell(lost, FLEET_SOURCE);
    return true;
  }

  /** What was on the bus before the start was said as of its session. That no turn goes on says nothing of whether the gateway does. */
  #noteHeard(record: TurnRecord, behindMs: number): void {
    const [{ asOf }] = record.sessions;
    const turn = turnOf(record);
    const isOpen = turn?.end === undefined && turn?.interruptedAt === undefined;
    if (this.#wasRead) this.#silence.heard(record.gateway);
    else if (isOpen) this.#silence.heard(record.gateway, asOf + behindMs);
  }

  /** All that is known of that gateway, with what its silence, or its return, makes of it. */
  #tellAgain(gateway: string, silence: Pick<Session, 'silentSince'>): void {
    const asOf = this.#host.clock.now();
    for (const session of this.#host.sessions().values()) {
      if (session.gateway !== gateway || session.turns.length === 0) continue;
      const { silentSince: _before, ...known } = session;
      this.#host.tell({ ...known, ...silence, asOf }, FLEET_SOURCE);
    }
  }
}

/** Everything in it as it is when nobody goes on: sub-agents first. */
function lostIn({ session, turn, childrenByKey }: TurnTree): Session[] {
  const children = Object.values(childrenByKey).flatMap(lostIn);
  return [...children, { ...session, turns: [endRuns(turn, 'lost', turn.lastEventAt)] }];
}
