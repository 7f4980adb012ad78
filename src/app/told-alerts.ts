// Posts the findings that watchers tell as alerts, one after the other and so many of a gateway an hour. What cannot be posted now stays on the bus.

import type { NatsConnection } from '@nats-io/transport-node';
import type { Alert, AlertOutcome } from '../coordinator/operator-alerts.ts';
import type { Clock } from '../core/clock.ts';
import { errorText } from '../core/error-code.ts';
import type { Logger } from '../core/log.ts';
import { Timers } from '../core/timers.ts';
import { FindingInbox, type WaitingFinding } from '../fleet/finding-inbox.ts';
import { codeSpan, prose } from '../text/neutralise.ts';

export interface ToldAlertPorts {
  clock: Clock;
  log: Logger;
  connection: NatsConnection;
  /** Text from another machine may hold anything. */
  redact(text: string): string;
  /** User names without `@`, to be mentioned. */
  people: readonly string[];
  /** Of each gateway. */
  perHour: number;
  /** Whether that gateway has a box there: into no other channel an alert goes because of what it says. */
  isPlaceOf(gateway: string, channelId: string): boolean;
  post(alert: Alert): Promise<AlertOutcome>;
}

const HOUR_MS = 3_600_000;
const AGAIN_MS = 2_000;
const BOX_WITHIN_MS = 600_000; // the box of its turn may come later than the finding

export class ToldAlerts {
  readonly #ports: ToldAlertPorts;
  readonly #inbox: FindingInbox;
  readonly #timers: Timers<'post'>;
  readonly #postedAtByGateway = new Map<string, number[]>();
  #isPosting = false;

  constructor(ports: ToldAlertPorts) {
    this.#ports = ports;
    this.#timers = new Timers(ports.clock);
    this.#inbox = new FindingInbox(ports.connection, () => this.#timers.once('post', 0, () => this.#postAll()));
  }

  start(): Promise<void> {
    return this.#inbox.start();
  }

  async stop(): Promise<void> {
    await this.#timers.stop();
    await this.#inbox.stop();
  }

  async #postAll(): Promise<void> {
    if (this.#isPosting) return;
    this.#isPosting = true;
    try {
      for (const waiting of this.#inbox.waiting) if (this.#isDue(waiting)) await this.#post(waiting);
    } catch (error) {
      this.#ports.log.debug({ because: errorText(error) }, 'A finding of another machine is posted later.');
    } finally {
      this.#isPosting = false;
      if (this.#inbox.waiting.length > 0) this.#timers.once('post', AGAIN_MS, () => this.#postAll());
    }
  }

  #isDue({ gateway }: WaitingFinding): boolean {
    const since = this.#ports.clock.monotonic() - HOUR_MS;
    const lately = (this.#postedAtByGateway.get(gateway) ?? []).filter((at) => at > since);
    this.#postedAtByGateway.set(gateway, lately);
    return lately.length < this.#ports.perHour;
  }

  async #post(waiting: WaitingFinding): Promise<void> {
    const outcome = this.#isInPlace(waiting) ? await this.#postOne(waiting) : this.#withoutBox(waiting);
    if (outcome === 'later') return;
    if (outcome === 'posted') this.#postedAtByGateway.get(waiting.gateway)?.push(this.#ports.clock.monotonic());
    await this.#inbox.done(waiting.key);
  }

  #isInPlace({ gateway, finding: { place } }: WaitingFinding): boolean {
    return place === undefined || this.#ports.isPlaceOf(gateway, place.channelId);
  }

  #withoutBox({ gateway, finding: { at } }: WaitingFinding): AlertOutcome {
    const { clock, log } = this.#ports;
    if (Math.abs(clock.now() - at) < BOX_WITHIN_MS) return 'later';
    log.warn({ gateway }, 'A finding of another machine names a channel where that machine has no box; it is not posted.');
    return 'never';
  }

  #postOne({ key, gateway, finding }: WaitingFinding): Promise<AlertOutcome> {
    const { redact, people, post } = this.#ports;
    const mentions = people.map((name) => `@${name} `).join('');
    const text = `${mentions}${codeSpan(gateway)}: ${prose(redact(finding.text))}`;
    const place = finding.place === undefined ? {} : { place: finding.place };
    // The run before may have posted it and not have said so.
    return post({ id: key, at: finding.at, text, isDoubtful: true, ...place });
  }
}
